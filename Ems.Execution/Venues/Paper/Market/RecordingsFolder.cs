namespace Ems.Execution.Venues.Paper.Market;

/// <summary>Finds the folder of recordings.</summary>
public static class RecordingsFolder
{
    private const int MaxLevelsUp = 6;

    /// <summary>The nearest <c>shared/data</c> in <paramref name="start"/> or one of the folders above it that holds every set the paper venues play, or null.</summary>
    public static string? Find(string start)
    {
        var folder = new DirectoryInfo(start);
        for (var up = 0; folder is not null && up <= MaxLevelsUp; up++, folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data");
            if (RecordingSets.AllIn(candidate))
            {
                return candidate;
            }
        }
        return null;
    }
}
