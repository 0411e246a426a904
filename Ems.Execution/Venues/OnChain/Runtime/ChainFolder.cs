namespace Ems.Execution.Venues.OnChain.Runtime;

/// <summary>Finds the folder of the contracts.</summary>
public static class ChainFolder
{
    private const int LevelsUpMax = 6;

    /// <summary>The nearest folder <c>chain</c> with contracts of ours in <paramref name="start"/> or above it, or null.</summary>
    public static string? Find(string start)
    {
        var folder = new DirectoryInfo(start);
        for (var up = 0; folder is not null && up <= LevelsUpMax; up++, folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "chain");
            if (File.Exists(Path.Combine(candidate, "build", "Mandates.json")))
            {
                return candidate;
            }
        }
        return null;
    }
}
