using System.Globalization;
using System.Numerics;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.OnChain.Pools;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Execution.Venues.OnChain.Signing;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Swaps;

/// <summary>Plans and inspections as rows.</summary>
internal static class SwapRows
{
    private const int CoinDecimals = 18;

    public static SwapPlanRow Plan(SwapPlan plan, IReadOnlyList<SignScreenRow> steps, long block)
    {
        var w = plan.Wanted;
        var (amount, receive) = (PoolArithmetic.Tokens(w.AmountIn, w.Sells.Decimals), PoolArithmetic.Tokens(plan.AmountOut, w.Buys.Decimals));
        return new(w.Owner.ToString(), w.Sells.Symbol, w.Buys.Symbol, amount, receive, PoolArithmetic.Tokens(plan.MinAmountOut, w.Buys.Decimals), receive / amount, w.Deadline, block,
            [.. plan.Offers.Select((o, i) => new SwapOfferRow(o.Pool.Address.ToString(), o.Pool.Kind.ToString(), o.Pool.FeePips, PoolArithmetic.Tokens(o.AmountOut, w.Buys.Decimals), o.ImpactBps, i == 0))], steps);
    }

    public static SignScreenRow Screen(UnsignedCall call, SignInspection seen, SignPromise? promise, ChainRuntime chain, TransactionInspector inspector)
    {
        var contracts = chain.State.Contracts;
        var moves = promise is not null && seen.Meaning is { Approves: null };
        return new(
            new() { From = call.From.ToString(), To = call.To.ToString(), Data = Hex.Encode(call.Data), Value = new NumberText(call.Value.ToString(CultureInfo.InvariantCulture)), ChainId = (long)chain.State.ChainId },
            seen.Meaning?.What ?? "Nobody here can say what this does", seen.Meaning?.Target ?? "a contract that is not known",
            moves ? Amount(promise!.Sells, promise.MostOut, contracts) : null, moves ? Amount(promise!.Buys, promise.LeastIn, contracts) : null,
            seen.Meaning?.Approves is { } a ? Approval(a, contracts, inspector.SpenderName(a.Spender)) : null,
            [.. seen.Changes.Select(c => Amount(c.Token, c.Change, contracts))], PoolArithmetic.Tokens(GasCost(seen.GasUsed, chain), CoinDecimals),
            [.. seen.Problems.Select(p => new SignRefusalRow(p.Code.ToString(), p.Text))]);
    }

    private static ApprovalRow Approval(GivenApproval a, ChainContracts contracts, string? spender)
    {
        // More than a decimal holds is more than anybody has.
        var most = (BigInteger.One << 95) - 1;
        var amount = Amount(a.Token, BigInteger.Min(a.Amount, most), contracts);
        return new(amount.Symbol, amount.Amount, spender ?? a.Spender.ToString());
    }

    private static BigInteger GasCost(ulong gas, ChainRuntime chain) => chain.Block is { } block ? gas * chain.Offer.EffectiveAt(block.BaseFee) : BigInteger.Zero;

    private static TokenAmount Amount(Address token, BigInteger units, ChainContracts contracts) => token.IsZero ? new("ETH", PoolArithmetic.Tokens(units, CoinDecimals))
        : contracts.Token(token) is { } known ? new(known.Symbol, PoolArithmetic.Tokens(units, known.Decimals)) : new(token.ToString(), 0m);
}
