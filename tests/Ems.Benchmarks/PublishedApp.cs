using System.Diagnostics;
using Ems.EndToEnd.Harness;

namespace Ems.Benchmarks;

/// <summary>The application as it is published.</summary>
internal static class PublishedApp
{
    /// <summary>Trimmed and compressed, as it is served to users; the page of `dotnet run` is neither.</summary>
    public static async Task MakeAsync(string to)
    {
        using var publish = Process.Start(new ProcessStartInfo("dotnet", ["publish", "Ems.Web", "-c", "Release", "-o", to, "-v", "quiet", "--nologo"]) { WorkingDirectory = Repository.Root })!;
        await publish.WaitForExitAsync();
        if (publish.ExitCode != 0)
        {
            throw new InvalidOperationException($"dotnet publish ended with {publish.ExitCode}.");
        }
    }
}
