using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Matching;

/// <summary>Our orders at one price, oldest first.</summary>
internal sealed class OwnLevel(long pxTicks)
{
    public long PxTicks { get; } = pxTicks;
    public MatchOrder? First, Last;
    public long Lots;

    /// <summary>Lots of other people that were before one of ours and are gone. Along the queue, places never fall, and those not known come last.</summary>
    public long GoneBy;

    public void Append(MatchOrder o)
    {
        (o.Level, o.Previous, o.Next) = (this, Last, null);
        if (Last is null)
        {
            First = o;
        }
        else
        {
            Last.Next = o;
        }
        Last = o;
        Lots += o.Leaves;
    }

    public void Remove(MatchOrder o)
    {
        if (o.Previous is null)
        {
            First = o.Next;
        }
        else
        {
            o.Previous.Next = o.Next;
        }
        if (o.Next is null)
        {
            Last = o.Previous;
        }
        else
        {
            o.Next.Previous = o.Previous;
        }
        (o.Level, o.Previous, o.Next) = (null, null, null);
        Lots -= o.Leaves;
    }
}

/// <summary>One side of our resting orders: levels in an array, the best one last, so that most inserts and removals are near the end.</summary>
internal sealed class OwnSide(Side side)
{
    private readonly List<OwnLevel> levels = [];

    public int Count => levels.Count;

    /// <summary>The i-th best level.</summary>
    public OwnLevel this[int i] => levels[levels.Count - 1 - i];

    public OwnLevel? Best => levels.Count > 0 ? levels[^1] : null;

    public OwnLevel? Find(long px)
    {
        var i = Search(px);
        return i >= 0 ? levels[i] : null;
    }

    public void Add(MatchOrder o)
    {
        var i = Search(o.PxTicks);
        if (i < 0)
        {
            i = ~i;
            levels.Insert(i, new OwnLevel(o.PxTicks));
        }
        levels[i].Append(o);
    }

    public void Remove(MatchOrder o)
    {
        var level = o.Level ?? throw new InvalidOperationException($"Order {o.Id} does not rest.");
        level.Remove(o);
        if (level.First is null)
        {
            levels.RemoveAt(Search(level.PxTicks));
        }
    }

    /// <summary>Binary search; the array ascends towards better prices.</summary>
    private int Search(long px)
    {
        var (low, high) = (0, levels.Count - 1);
        while (low <= high)
        {
            var mid = (low + high) >> 1;
            var at = levels[mid].PxTicks;
            if (at == px)
            {
                return mid;
            }
            if (side == Side.Buy ? at < px : at > px)
            {
                low = mid + 1;
            }
            else
            {
                high = mid - 1;
            }
        }
        return ~low;
    }
}
