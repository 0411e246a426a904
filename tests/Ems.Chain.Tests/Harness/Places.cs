namespace Ems.Chain.Tests.Harness;

/// <summary>Folders of the repository and of the shared recordings, found upwards from the test binary.</summary>
internal static class Places
{
    /// <summary>Root of the repository.</summary>
    public static string Root { get; } = Up("Ems.Web.sln") ?? throw new InvalidOperationException("The tests run inside the repository.");

    /// <summary>A file of shared/fixtures or shared/data; the test is skipped by name where they are not.</summary>
    public static string Shared(string path)
    {
        var found = Up(Path.Combine("shared", path));
        Assert.SkipWhen(found is null, $"needs shared/{path} above the test binary");
        return Path.Combine(found!, "shared", path);
    }

    private static string? Up(string what)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, what);
            if (File.Exists(path) || Directory.Exists(path))
            {
                return folder.FullName;
            }
        }
        return null;
    }
}
