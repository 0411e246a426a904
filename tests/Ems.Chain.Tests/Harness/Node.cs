using System.Diagnostics;

namespace Ems.Chain.Tests.Harness;

/// <summary>Node and npm as the tests use them: packages exactly as their lock file says, restored once.</summary>
internal static class Node
{
    private static readonly SemaphoreSlim Restoring = new(1, 1);

    /// <summary>Installs a folder's packages, unless they are there and newer than the lock file.</summary>
    public static async Task RestoreAsync(string folder)
    {
        await Restoring.WaitAsync();
        try
        {
            var stamp = Path.Combine(folder, "node_modules", ".package-lock.json");
            if (!File.Exists(stamp) || File.GetLastWriteTimeUtc(stamp) < File.GetLastWriteTimeUtc(Path.Combine(folder, "package-lock.json")))
            {
                await RunAsync(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
                File.SetLastWriteTimeUtc(stamp, TimeProvider.System.GetUtcNow().UtcDateTime);
            }
        }
        finally
        {
            Restoring.Release();
        }
    }

    /// <summary>Runs a program to its end and gives its output; a failure is thrown with its words.</summary>
    public static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        })!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors}");
    }
}
