using Ems.Execution.Venues.Ethereum.Sending;

namespace Ems.Execution.Venues.OnChain;

/// <summary>How a transaction went, for people and for whoever looks later.</summary>
internal static class SubmissionWords
{
    /// <summary>Its doors in order, its block, and whether it was seen where it should not have been.</summary>
    public static string Of(LaneEntry entry, string publicDoor = "by the public pool")
    {
        var doors = entry.Attempts.Where(a => !a.IsCancellation).Select(a => a.Path).Distinct().Select(p => p switch
        {
            SubmissionPath.Relay => "by a private relay",
            SubmissionPath.Bundle => "by a private bundle",
            _ => publicDoor,
        });
        var block = entry.Inclusion is { } i ? FormattableString.Invariant($", in block {i.BlockNumber}") : "";
        var seen = entry.Attempts.Any(a => a.IsLeaked) ? "; somebody showed it to the public pool" : "";
        return string.Join(", then ", doors) + block + seen;
    }
}
