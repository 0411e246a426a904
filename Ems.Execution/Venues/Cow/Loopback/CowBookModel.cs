using System.Numerics;

namespace Ems.Execution.Venues.Cow.Loopback;

/// <summary>What the loopback order book does wrong on purpose. Everything is off at first.</summary>
public sealed class CowFaults
{
    /// <summary>No solver is interested.</summary>
    public bool NobodySolves { get; set; }
    /// <summary>Takes an order and loses the answer (HTTP 503).</summary>
    public bool LoseAnswers { get; set; }
}

/// <summary>An order on the book.</summary>
internal sealed class BookedOrder(CowUid uid, CowOrder order, byte[] signature, int scheme, DateTimeOffset createdAt)
{
    public CowUid Uid => uid;

    public CowOrder Order => order;

    public byte[] Signature => signature;

    /// <summary>0 EIP-712, 1 eth_sign, 2 a contract's word.</summary>
    public int Scheme => scheme;

    public DateTimeOffset CreatedAt => createdAt;

    public BigInteger ExecutedSell { get; set; }

    public BigInteger ExecutedBuy { get; set; }

    public bool IsCancelled { get; set; }

    /// <summary>Name of the settlement that is under way, or null.</summary>
    public string? UnderWay { get; set; }

    public List<CowTrade> Trades { get; } = [];

    public int Attempts { get; set; }

    /// <summary>Filled, in the unit of the fixed amount.</summary>
    public BigInteger Filled => order.Kind == CowKind.Sell ? ExecutedSell : BoughtFixed;

    /// <summary>Of a buy order: what was asked and filled; more may have come.</summary>
    public BigInteger BoughtFixed { get; set; }

    public bool IsFilled => Filled >= order.FixedAmount;

    public CowStatus StatusAt(DateTimeOffset now) => IsFilled ? CowStatus.Fulfilled : IsCancelled ? CowStatus.Cancelled : now.ToUnixTimeSeconds() > order.ValidTo ? CowStatus.Expired : CowStatus.Open;
}

/// <summary>Errors by the protocol's own names.</summary>
internal sealed class CowBookException(string type, string description, int status = 400) : Exception(description)
{
    public string Type { get; } = type;

    public int Status { get; } = status;
}
