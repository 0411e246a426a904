using Ems.Web.Features.Orders;

namespace Ems.Web.Tests;

public sealed class CronRulesTests
{
    [Theory]
    [InlineData("* * * * *")]
    [InlineData("0 9 * * 1-5")]
    [InlineData("*/15 0,12 1-31/2 1 7")]
    [InlineData("  30   6  *  *  * ")]
    public void A_five_field_cron_is_taken(string cron) => CronRules.Fault(cron).ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("* * * * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 8")]
    [InlineData("5-1 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("-1 * * * *")]
    [InlineData("1, * * * *")]
    [InlineData("MON * * * *")]
    [InlineData("1/2/3 * * * *")]
    public void Anything_else_is_not(string cron) => CronRules.Fault(cron).ShouldNotBeNull();
}
