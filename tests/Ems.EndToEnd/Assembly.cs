// One host at a time: the tests measure a journey and a restart, not each other.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
