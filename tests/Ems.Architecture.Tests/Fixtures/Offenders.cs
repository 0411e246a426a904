// Small offences, so that each rule is seen to fail. Rooms of the fixture: Left < Right.
#pragma warning disable CA1822, CA5394, RS0030 // They are wrong on purpose.

namespace Ems.Architecture.Tests.Fixtures.Left
{
    public sealed record LeftThing(int Value);

    public sealed class LooksRight
    {
        public int Peek() => Make(() => new Right.RightThing(1)).Value;

        private static T Make<T>(Func<T> make) => make();
    }
}

namespace Ems.Architecture.Tests.Fixtures.Right
{
    public sealed record RightThing(int Value);

    public sealed class LooksLeft
    {
        public Left.LeftThing Peek() => new(1);
    }
}

namespace Ems.Architecture.Tests.Fixtures.Impure
{
    public sealed class Reads
    {
        public string Text(string file) => File.ReadAllText(file);
    }

    public sealed class Waits
    {
        public async Task LaterAsync() => await Task.Yield();
    }

    public sealed class AsksTheClock
    {
        public IEnumerable<DateTimeOffset> Times()
        {
            yield return DateTimeOffset.UtcNow;
        }
    }

    public sealed class Sleeps
    {
        public void Nap() => Thread.Sleep(1);
    }

    public sealed class RollsDice
    {
        public int Roll() => Random.Shared.Next(6) + new Random(1).Next(6);
    }
}

namespace Ems.Architecture.Tests.Fixtures.Money
{
    public sealed class Rounds
    {
        public decimal Half(decimal amount) => (decimal)((double)amount / 2);
    }
}

namespace Ems.Architecture.Tests.Fixtures.Permission
{
    public sealed record Pass<T>
    {
        internal Pass(T value) => Value = value;

        public T Value { get; }
    }

    public sealed class Gate
    {
        public Pass<T> Check<T>(T value) => new(value);
    }

    public sealed class Forger
    {
        public Pass<int> Forge() => new(1);
    }
}
