namespace Ems.Web.Hosting;

/// <summary>Holds the data folder for one process.</summary>
public sealed class InstanceLock : IDisposable
{
    private FileStream? held;

    /// <summary>Takes the folder.</summary>
    /// <exception cref="StartupException">It cannot be written, or another instance has it.</exception>
    public void Take(string folder, string lockFile)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The data folder {Path.GetFullPath(folder)} cannot be made: {e.Message}", e);
        }
        try
        {
            held = new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StartupException($"The data folder {Path.GetFullPath(folder)} cannot be written: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new StartupException($"The data folder {Path.GetFullPath(folder)} is in use by another instance, or cannot be written: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => held?.Dispose();
}
