using System.Xml.Linq;

namespace Ems.Architecture.Tests.Rules;

/// <summary>The repository this test was built from.</summary>
public static class Sources
{
    /// <summary>The folder with the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Source files of the product, without build output, dependencies and generated migrations.</summary>
    public static IEnumerable<(string Name, int Lines)> Files() =>
        new[] { "Ems.Execution", "Ems.Web", "Ems.Web.Client" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories))
            .Where(f => f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".razor", StringComparison.Ordinal))
            .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/'))
            .Where(f => !f.Split('/').Any(part => part is "bin" or "obj" or "node_modules" or "Migrations"))
            .Select(f => (f, File.ReadLines(Path.Combine(Root, f)).Count()));

    /// <summary>Names of the projects that a project file refers to.</summary>
    public static IReadOnlyList<string> ProjectReferences(string project) =>
        [.. Items(project, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Replace('\\', '/')))];

    /// <summary>Packages and frameworks that a project file refers to.</summary>
    public static IReadOnlyList<string> Packages(string project) => [.. Items(project, "PackageReference"), .. Items(project, "FrameworkReference")];

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(Path.Combine(Root, project)).Descendants(kind).Select(e => e.Attribute("Include")!.Value);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Ems.Web.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new InvalidOperationException("The architecture tests run inside the repository they were built from.");
    }
}
