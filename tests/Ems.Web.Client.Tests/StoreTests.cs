using Ems.Execution.Core.Orders;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Services;

namespace Ems.Web.Client.Tests;

public sealed class StoreTests
{
    [Fact]
    public void A_replayed_batch_changes_nothing_and_a_gap_or_new_epoch_asks_for_a_snapshot()
    {
        var store = new BlotterStore();
        store.Load(PageTest.Snapshot(5, PageTest.Order("a")));
        store.Apply(PageTest.Batch(5, [PageTest.Order("a", 9m)])).ShouldBeTrue();
        store.Orders[0].CumQty.ShouldBe(0m);
        store.Apply(PageTest.Batch(6, [PageTest.Order("a", 2m)])).ShouldBeTrue();
        store.Orders[0].CumQty.ShouldBe(2m);
        store.Apply(PageTest.Batch(8, [PageTest.Order("a", 3m)])).ShouldBeFalse();
        store.Apply(PageTest.Batch(7, [PageTest.Order("a", 3m)], epoch: "e2")).ShouldBeFalse();
        store.Orders[0].CumQty.ShouldBe(2m);
    }

    [Fact]
    public void Whatever_is_lost_doubled_or_reordered_a_reload_on_a_gap_ends_with_each_row_once()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var (store, server) = (new BlotterStore(), new List<FillRow>());
            AccountSnapshot Now(long seq) => PageTest.Snapshot(seq) with { Fills = [.. server] };
            store.Load(Now(0));
            var pending = new List<AccountBatch>();
            for (var seq = 1; seq <= 30; seq++)
            {
                server.Add(PageTest.Fill("f" + seq));
                pending.Add(PageTest.Batch(seq, [], null, [server[^1]]));
                if (random.Next(3) == 0)
                {
                    pending.Add(pending[random.Next(pending.Count)]);
                }
                if (random.Next(6) == 0)
                {
                    pending.RemoveAt(random.Next(pending.Count));
                }
                while (pending.Count > random.Next(4))
                {
                    var i = random.Next(pending.Count);
                    if (!store.Apply(pending[i]))
                    {
                        store.Load(Now(seq));
                    }
                    pending.RemoveAt(i);
                }
            }
            server.Add(PageTest.Fill("last"));
            if (!store.Apply(PageTest.Batch(31, [], null, [server[^1]])))
            {
                store.Load(Now(31));
            }
            store.Fills.Select(f => f.ExecId).Order().ShouldBe(server.Select(f => f.ExecId).Order());
        }
    }

    [Fact]
    public void Live_orders_come_first_and_children_stay_with_their_parent()
    {
        var store = new BlotterStore();
        store.Load(PageTest.Snapshot(0, PageTest.Order("old", 10m, OrdStatus.Filled, DateTimeOffset.UtcNow), PageTest.Order("live")));
        store.Apply(PageTest.Batch(1, [], [PageTest.Child("c1", "live"), PageTest.Child("c2", "live")]));
        store.Orders.Select(o => o.ClOrdId).ShouldBe(["live", "old"]);
        store.ChildrenOf("live").Select(c => c.ClOrdId).ShouldBe(["c2", "c1"]);
        store.ChildrenOf("old").ShouldBeEmpty();
    }
}
