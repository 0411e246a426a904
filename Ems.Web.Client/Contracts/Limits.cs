namespace Ems.Web.Client.Contracts;

/// <summary>GET and PUT …/limits. Notionals in the quote asset; the collar in basis points around the consolidated mid.</summary>
public sealed record LimitsRow(
    decimal MaxOrderNotional, decimal MaxChildNotional, decimal MaxDayNotional, decimal PriceCollarBps, int MaxOpenParents, int MaxOpenChildren,
    int MaxMessagesPerSecond, IReadOnlyDictionary<string, decimal> MaxOrderQty, IReadOnlyList<string> Instruments, IReadOnlyList<string> Venues,
    string Submission, string PublicSubmission);

/// <summary>PUT …/limits: what is absent stays. An empty list of instruments or venues allows all of them.</summary>
public sealed record LimitsRequest
{
    public NumberText? MaxOrderNotional { get; init; }
    public NumberText? MaxChildNotional { get; init; }
    public NumberText? MaxDayNotional { get; init; }
    public NumberText? PriceCollarBps { get; init; }
    public NumberText? MaxOpenParents { get; init; }
    public NumberText? MaxOpenChildren { get; init; }
    public NumberText? MaxMessagesPerSecond { get; init; }
    /// <summary>Largest quantity per order by instrument, base units.</summary>
    public IReadOnlyDictionary<string, NumberText>? MaxOrderQty { get; init; }
    public IReadOnlyList<string>? Instruments { get; init; }
    public IReadOnlyList<string>? Venues { get; init; }
    /// <summary>Private, Bundle or Public: by what door orders reach a chain that do not say it themselves.</summary>
    public string? Submission { get; init; }
    /// <summary>WhenAsked, Never or AsFallback: what may be shown to a chain's public pool.</summary>
    public string? PublicSubmission { get; init; }
}

/// <summary>POST /api/organisation/kill: what each account of the organisation answered.</summary>
public sealed record OrganisationKillReport(string Level, IReadOnlyList<AccountKillReport> Accounts, double ElapsedMs, bool Proven);

/// <summary>One account's part of it. <see cref="Report"/> is null when the account could not be reached, and Error says why.</summary>
public sealed record AccountKillReport(string Account, KillSwitchReport? Report, string? Error);
