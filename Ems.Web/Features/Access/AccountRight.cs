namespace Ems.Web.Features.Access;

/// <summary>What somebody may do with one account; a higher right includes the lower ones. Zero: the account does not exist for him.</summary>
public enum AccountRight { None = 0, View = 1, Trade = 2, Administer = 3 }

/// <summary>Names of the policies an endpoint or hub method asks for.</summary>
public static class Policies
{
    /// <summary>May see the account named in the route.</summary>
    public const string ViewAccount = "account:view";
    /// <summary>May trade it.</summary>
    public const string TradeAccount = "account:trade";
    /// <summary>May change its limits and lift its kill switch.</summary>
    public const string AdministerAccount = "account:administer";
    /// <summary>Owner or Admin of an organisation.</summary>
    public const string AdministerOrganisation = "organisation:administer";
    /// <summary>Owner or Admin of the organisation that operates the instance.</summary>
    public const string OperateInstance = "instance:operate";
    /// <summary>An operator, or a scraper on this machine.</summary>
    public const string ReadMetrics = "metrics:read";
}
