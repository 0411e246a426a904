using System.ComponentModel.DataAnnotations;

namespace Ems.Web.Data;

/// <summary>Where the instance keeps everything; section <c>Data</c>.</summary>
public sealed class DataOptions
{
    /// <summary>Folder of the databases, the journal, the paper exchange's record and the keys. Relative to the working directory.</summary>
    [Required] public string Path { get; set; } = "data";

    /// <summary>People and organisations.</summary>
    public string DatabaseFile => System.IO.Path.Combine(Path, "ems.db");
    /// <summary>Keys that protect cookies, so that people stay signed in over a restart.</summary>
    public string KeysFolder => System.IO.Path.Combine(Path, "keys");
    /// <summary>Held open while an instance runs: two engines on one folder would fence each other off.</summary>
    public string LockFile => System.IO.Path.Combine(Path, "instance.lock");
}
