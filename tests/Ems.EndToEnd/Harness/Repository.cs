namespace Ems.EndToEnd.Harness;

/// <summary>Where things are: the repository this test was built from, the built host, and the folder for what a test leaves behind.</summary>
public static class Repository
{
    /// <summary>The folder with the solution; content root of the host.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The host, built in this test's configuration.</summary>
    public static string HostDll { get; } = Path.Combine(Root, "Ems.Web", "bin", Configuration(), "net10.0", "Ems.Web.dll");

    /// <summary>Kept after the run, not committed.</summary>
    public static string Output(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Root, "test-output"));
        return Path.Combine(folder.FullName, name);
    }

    private static string Configuration() => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Ems.Web.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new InvalidOperationException("The end-to-end tests run inside the repository they were built from.");
    }
}
