using System.Buffers.Binary;
using System.Security.Cryptography;
using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Execution;
using Ems.Execution.Core.Orders;

namespace Ems.Execution.Core.Simulation.Backtesting;

/// <summary>
/// SHA-256 over what a replay decided and what came of it. Numbers go in by their bits and text by its UTF-16 units, so neither culture
/// nor formatting of the machine matters.
/// </summary>
internal sealed class DecisionDigest : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] buffer = new byte[64 * 1024];
    private int used;

    /// <summary>One question to an algo and its answer, also when it did nothing.</summary>
    public void Asked(ParentOrder p, ParentRuntime runtime, DateTimeOffset now)
    {
        Add('?');
        Add(p.Spec.ClOrdId.Value);
        Add(now.UtcTicks);
        Add(runtime.NextActionAt?.UtcTicks ?? 0);
        Add(runtime.WhyIdle.Code);
    }

    /// <summary>Something that happened to the account.</summary>
    public void Happened(AccountEvent e)
    {
        Add(e.Time.UtcTicks);
        switch (e)
        {
            case ParentActivated x:
                Add('s');
                Add(x.ClOrdId.Value);
                Add(x.ArrivalPx ?? 0m);
                break;
            case AlgoDecided x:
                Add('d');
                Add(x.ClOrdId.Value);
                foreach (var slice in x.Slices)
                {
                    Add(slice.SliceNo);
                    Add(slice.Qty);
                    Add(slice.Reason);
                    foreach (var c in slice.Children)
                    {
                        Add(c.ClOrdId.Value);
                        Add(c.Venue.Value);
                        Add(c.OrderQty);
                        Add(c.Px);
                        Add(((long)c.TimeInForce * 2) + (c.PostOnly ? 1 : 0));
                    }
                }
                foreach (var id in x.Cancels)
                {
                    Add(id.Value);
                }
                Add(x.End?.Code ?? "");
                break;
            case ChildReported x:
                Add('r');
                Add(x.Report.ExecId);
                Add(((long)x.Report.ExecType * 256) + (long)x.Report.OrdStatus);
                Add(x.Report.LastQty);
                Add(x.Report.LastPx);
                Add(x.Report.Commission);
                break;
            case ParentEnded x:
                Add('e');
                Add(x.ClOrdId.Value);
                Add(x.Code);
                break;
            case ParentDenied x:
                Add('n');
                Add(x.ClOrdId.Value);
                Add(x.Denial.Code.ToString());
                break;
        }
    }

    /// <summary>The digest so far, lower-case hex.</summary>
    public string Text()
    {
        Flush();
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <inheritdoc/>
    public void Dispose() => hash.Dispose();

    private void Add(string text)
    {
        Add((long)text.Length);
        foreach (var c in text)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(Room(2), c);
        }
    }

    private void Add(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        foreach (var part in bits)
        {
            BinaryPrimitives.WriteInt32LittleEndian(Room(4), part);
        }
    }

    private void Add(long value) => BinaryPrimitives.WriteInt64LittleEndian(Room(8), value);

    private Span<byte> Room(int bytes)
    {
        if (used + bytes > buffer.Length)
        {
            Flush();
        }
        used += bytes;
        return buffer.AsSpan(used - bytes, bytes);
    }

    private void Flush()
    {
        hash.AppendData(buffer.AsSpan(0, used));
        used = 0;
    }
}
