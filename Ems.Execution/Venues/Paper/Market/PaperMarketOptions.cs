using System.ComponentModel.DataAnnotations;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>Where the paper venues' market comes from (section <c>Paper</c>).</summary>
public sealed class PaperMarketOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Paper";

    /// <summary>
    /// <c>auto</c>: recordings where they are at hand, else the fitted simulation. <c>recorded</c>: recordings or stop.
    /// <c>fitted</c>: the simulation, also where recordings are at hand.
    /// </summary>
    [RegularExpression("^(auto|recorded|fitted)$", ErrorMessage = "Paper:Market is auto, recorded or fitted.")]
    public string Market { get; set; } = "auto";

    /// <summary>The folder of recordings. Empty: a folder <c>shared/data</c> in, beside or above the content root. When set, it must be there and sound.</summary>
    public string RecordingsPath { get; set; } = "";

    /// <summary>Seed of the fitted simulation.</summary>
    public ulong Seed { get; set; } = 20_260_106;
}
