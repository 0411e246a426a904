using System.Text.Json.Serialization;

namespace Ems.Execution.Core.Orders;

/// <summary>By what door an order's transactions reach a chain. Venues that are no chain take no notice.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OnChainSubmission>))]
public enum OnChainSubmission
{
    /// <summary>A relay that shows the transaction to nobody before its block.</summary>
    Private = 1,
    /// <summary>A bundle for named blocks, by a relay too.</summary>
    Bundle,
    /// <summary>The public pool, which everybody reads and can take advantage of.</summary>
    Public,
}

/// <summary>What an account may show to the public pool.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PublicSubmission>))]
public enum PublicSubmission
{
    /// <summary>Only what asks for it: orders that say so, or the account's own choice.</summary>
    WhenAsked = 1,
    /// <summary>Nothing.</summary>
    Never,
    /// <summary>Also what no relay brought into a block in time. An order that names its door itself keeps to it.</summary>
    AsFallback,
}
