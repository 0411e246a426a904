using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Venues.Paper;

/// <summary>The exchange's orders in memory: every open one, and those that ended lately. Older ones are answered from the record.</summary>
internal sealed class PaperOrderIndex
{
    /// <summary>Ended orders kept in memory.</summary>
    private const int EndedKept = 20_000;

    private readonly Dictionary<(AccountId, ClOrdId), PaperOrder> all = [];
    private readonly Dictionary<AccountId, Dictionary<ClOrdId, PaperOrder>> open = [];
    private readonly Queue<PaperOrder> ended = new();

    /// <summary>Whether the record may know orders that are not here.</summary>
    public bool RecordKnowsMore { get; set; }

    public int OpenCount => open.Values.Sum(o => o.Count);

    public PaperOrder? Find(AccountId account, ClOrdId id) => all.GetValueOrDefault((account, id));

    public IEnumerable<PaperOrder> Open(AccountId account) => open.TryGetValue(account, out var orders) ? orders.Values : [];

    public void Add(PaperOrder order)
    {
        all.Add((order.Account, order.ClOrdId), order);
        if (!open.TryGetValue(order.Account, out var orders))
        {
            open[order.Account] = orders = [];
        }
        orders.Add(order.ClOrdId, order);
    }

    /// <summary>It is over; it stays here until its end is recorded and many others have ended after it.</summary>
    public void Close(PaperOrder order) => open[order.Account].Remove(order.ClOrdId);

    /// <summary>Its end is durable: from now on it may be forgotten here.</summary>
    public void Recorded(PaperOrder order)
    {
        ended.Enqueue(order);
        if (ended.Count > EndedKept)
        {
            var oldest = ended.Dequeue();
            all.Remove((oldest.Account, oldest.ClOrdId));
            RecordKnowsMore = true;
        }
    }
}
