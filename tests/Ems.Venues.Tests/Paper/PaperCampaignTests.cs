using CsCheck;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Venues.Tests.Conformance;

namespace Ems.Venues.Tests.Paper;

/// <summary>Random days of three accounts with a restart in the middle: money is conserved, and every word agrees with every other.</summary>
public sealed class PaperCampaignTests
{
    private const decimal Opening = 1_000_000m, OpeningBase = 1_000m;
    private static readonly string[] Names = ["A", "B", "C"];

    [Fact]
    public void Money_is_conserved_and_reports_fills_balances_and_open_orders_agree() =>
        Gen.ULong.Sample(seed => DayAsync(seed).GetAwaiter().GetResult(), iter: 6, threads: 1);

    private static async Task DayAsync(ulong seed)
    {
        await using var rig = await PaperRig.OpenAsync(o => (o.Seed, o.Latency) = (seed, false));
        var sessions = Names.Select(n => new Session(rig, n)).ToList();
        foreach (var s in sessions)
        {
            await rig.FundAsync(s.Account, rig.Instrument.Quote, Opening);
            await rig.FundAsync(s.Account, rig.Instrument.Base, OpeningBase);
        }
        var n = 0L;
        for (var part = 0; part < 2; part++)
        {
            for (var step = 0; step < 150; step++)
            {
                await StepAsync(rig, sessions, seed, n++);
            }
            // The last question travels behind everything.
            foreach (var s in sessions)
            {
                await s.StatusAsync("none");
            }
            await rig.PassAsync(TimeSpan.FromMilliseconds(50));
            foreach (var s in sessions)
            {
                await AuditAsync(rig, s);
            }
            var before = await WordsAsync(sessions);
            await rig.RestartAsync(TimeSpan.Zero);
            sessions.ForEach(s => s.Resubscribe());
            // What crosses the fresh book fills at the opening: compare the money of those who did not trade since.
            foreach (var (s, words) in sessions.Zip(before))
            {
                if ((await s.FillsAsync()).Count == words.Fills)
                {
                    (await s.BalanceAsync(rig.Instrument.Quote)).ShouldBe(words.Quote);
                }
            }
        }
        sessions.ForEach(s => s.Dispose());
    }

    private static async Task StepAsync(PaperRig rig, List<Session> sessions, ulong seed, long n)
    {
        int Draw(uint stream, int below) => (int)(SeededRandom.Draw(seed, stream, n) % (ulong)below);
        var (session, mid) = (sessions[Draw(1, 3)], 1000m + Draw(2, 7) - 3m);
        var side = SideOf(seed, n);
        switch (Draw(4, 10))
        {
            case < 5:
                var tif = Draw(5, 6) switch { 0 => TimeInForce.Ioc, 1 => TimeInForce.Fok, _ => TimeInForce.Gtc };
                await session.SendAsync(session.Order(Name(seed, n), side, (1 + Draw(6, 40)) * 0.1m, mid + Draw(7, 9) - 4m, tif, postOnly: Draw(8, 6) == 0));
                break;
            case 5:
                await session.CancelAsync(Name(seed, Draw(5, (int)n + 1)));
                break;
            case 6:
                await session.ReplaceAsync(Name(seed, Draw(5, (int)n + 1)), (1 + Draw(6, 40)) * 0.1m, mid + Draw(7, 5) - 2m);
                break;
            case 7:
                rig.Market.Trade(mid, (1 + Draw(6, 30)) * 0.1m, side);
                break;
            default:
                rig.Market.Book([(mid - 1m, 1m + Draw(5, 3)), (mid - 2m, 3m)], [(mid + 1m, 1m + Draw(6, 3)), (mid + 2m, 3m)]);
                break;
        }
        if (n % 4 == 0)
        {
            rig.Clock.Advance(TimeSpan.FromMilliseconds(10));
        }
    }

    private static async Task AuditAsync(PaperRig rig, Session s)
    {
        var (fills, open) = (await s.FillsAsync(max: 100_000), await s.OpenAsync());
        var heard = s.Heard;
        // The account was told of every fill the record has, once.
        fills.Select(f => f.Fill.ExecId).ShouldBe(heard.Where(r => r.ExecType == ExecType.Trade).Select(r => r.ExecId));
        fills.Select(f => f.FillNo).ShouldBe(Enumerable.Range(1, fills.Count).Select(i => (long)i));
        // Balances are the deposits and the fills, nothing else.
        var bought = fills.Sum(f => f.Fill.LastQty * Sign(f.Fill));
        var paid = fills.Sum(f => (f.Fill.LastQty * f.Fill.LastPx * Sign(f.Fill)) + f.Fill.Commission);
        (await s.BalanceAsync(rig.Instrument.Base)).ShouldBe(OpeningBase + bought);
        (await s.BalanceAsync(rig.Instrument.Quote)).ShouldBe(Opening - paid);
        // Each order's fills sum to its CumQty, each is open or over, never both.
        foreach (var order in heard.Where(r => r.ExecType == ExecType.New).Select(r => r.ClOrdId))
        {
            var word = (await s.StatusAsync(order.Value))!;
            word.CumQty.ShouldBe(fills.Where(f => f.Fill.ClOrdId == order).Sum(f => f.Fill.LastQty));
            open.Any(o => o.ClOrdId == order).ShouldBe(!word.OrdStatus.IsTerminal());
            heard.Any(r => r.ClOrdId == order && r.OrdStatus.IsTerminal() && r.ExecType != ExecType.CancelRejected && r.RejectCode != "DUPLICATE_CLORDID").ShouldBe(word.OrdStatus.IsTerminal());
        }
    }

    private static async Task<List<(int Fills, decimal Quote)>> WordsAsync(List<Session> sessions)
    {
        var words = new List<(int, decimal)>();
        foreach (var s in sessions)
        {
            words.Add(((await s.FillsAsync()).Count, await s.BalanceAsync(new("USDT"))));
        }
        return words;
    }

    /// <summary>The n-th order's name says its side, since reports do not.</summary>
    private static string Name(ulong seed, long n) => (SideOf(seed, n) == Side.Buy ? "b" : "s") + n;

    private static Side SideOf(ulong seed, long n) => SeededRandom.Draw(seed, 3, n) % 2 == 0 ? Side.Buy : Side.Sell;

    private static int Sign(ExecutionReport fill) => fill.ClOrdId.Value[0] == 'b' ? 1 : -1;
}
