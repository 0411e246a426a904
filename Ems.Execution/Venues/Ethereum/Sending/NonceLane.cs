using System.Globalization;
using System.Numerics;
using Ems.Execution.Core.Gas;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.PrivateFlow;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.Ethereum.Transactions;

namespace Ems.Execution.Venues.Ethereum.Sending;

/// <summary>
/// The only way by which one wallet's transactions on one chain leave. An intent owns one nonce for ever and every attempt at it is durable
/// before it leaves, so whatever is lost or repeated, at most one attempt of an intent can be in the chain. Start and recovery are one path:
/// fold the journal, then <see cref="WatchAsync"/>.
/// </summary>
public sealed partial class NonceLane
{
    private readonly EthApi eth;
    private readonly ISigner signer;
    private readonly ulong chainId;
    private readonly LaneOptions options;
    private readonly ITransactionJournal journal;
    private readonly IPrivateRelay? relay;
    private readonly TimeProvider time;
    private readonly string name;
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly LaneState state = new();
    private long sequence;

    private NonceLane(EthApi eth, ISigner signer, ulong chainId, LaneOptions options, ITransactionJournal journal, IPrivateRelay? relay, TimeProvider time)
    {
        (this.eth, this.signer, this.chainId, this.options, this.journal, this.relay, this.time) = (eth, signer, chainId, options, journal, relay, time);
        name = string.Create(CultureInfo.InvariantCulture, $"{chainId}/{signer.Address}");
    }

    /// <summary>Wei settled for gas.</summary>
    public BigInteger SettledGas => state.SettledGas;

    /// <summary>Wei of gas in blocks that can still be undone.</summary>
    public BigInteger PendingGas => state.PendingGas;

    /// <summary>Intents that are not at their end.</summary>
    public IReadOnlyList<LaneEntry> Open => state.Open;

    /// <summary>The lane of a wallet on a chain, as its journal left it.</summary>
    public static async Task<NonceLane> OpenAsync(
        EthApi eth, ISigner signer, ulong chainId, LaneOptions options, ITransactionJournal journal, TimeProvider time, IPrivateRelay? relay = null, CancellationToken ct = default)
    {
        var lane = new NonceLane(eth, signer, chainId, options, journal, relay, time);
        foreach (var e in await journal.ReadAsync(lane.name, ct).ConfigureAwait(false))
        {
            lane.state.Apply(e);
            lane.sequence++;
        }
        return lane;
    }

    /// <summary>An intent by its name, or null.</summary>
    public LaneEntry? Find(string id) => state.Find(id);

    /// <summary>
    /// Simulates, signs, makes durable and sends. A refusal takes no nonce. When the node does not answer, the intent stays Signed and
    /// <see cref="WatchAsync"/> sends the same bytes again.
    /// </summary>
    public Task<LaneResult> SubmitAsync(TransactionRequest request, CancellationToken ct = default) => InTurnAsync(async () =>
    {
        if (state.Find(request.Id) is { } known)
        {
            return new LaneResult(known, null, null);
        }
        if (state.Open.Count >= options.OpenMax)
        {
            return LaneResult.Denied(LaneDenial.TooManyOpen, $"{state.Open.Count} transactions are under way, {options.OpenMax} are allowed.");
        }
        var policy = request.Policy ?? SubmissionPolicy.Of(request.Path);
        if (policy.Problem() is { } problem)
        {
            return LaneResult.Denied(LaneDenial.PolicyRefused, $"{problem.Field} must be {problem.Rule}, not {problem.Value}.");
        }
        if (SubmissionPolicy.PathOf(policy.Mode) is not { } path)
        {
            return LaneResult.Denied(LaneDenial.PolicyRefused, "An intent is no transaction.");
        }
        if (path != SubmissionPath.Public && relay is null)
        {
            return LaneResult.Denied(LaneDenial.NoRelay, "No relay is configured.");
        }
        var (gas, denied) = await SimulateAsync(new(signer.Address, request.To, request.Data, request.Value), request.KnownErrors ?? [], ct).ConfigureAwait(false);
        if (denied is not null)
        {
            return denied;
        }
        var (fees, baseFee) = await FeesAsync(request.Speed, ct).ConfigureAwait(false);
        if (fees.MaxFeePerGas < baseFee)
        {
            return LaneResult.Denied(LaneDenial.FeeAboveCap, $"The base fee is {baseFee} wei per gas, the cap is {options.MaxFeeCap}.");
        }
        var needs = request.Value + (gas * fees.MaxFeePerGas);
        var has = await eth.BalanceAsync(signer.Address, ct: ct).ConfigureAwait(false);
        if (has < needs)
        {
            return LaneResult.Denied(LaneDenial.InsufficientFunds, $"The wallet has {has} wei, {needs} may be needed.");
        }
        // The chain's count covers transactions that this wallet sent elsewhere; those that wait elsewhere are not ours to outbid.
        var nonce = Math.Max(state.NextNonce, await eth.TransactionCountAsync(signer.Address, ct: ct).ConfigureAwait(false));
        var entry = await SignAsync(request.Id, nonce, request.To, request.Data, request.Value, (ulong)gas, fees, path, false, ct, policy).ConfigureAwait(false);
        return new(await SendAsync(entry, ct).ConfigureAwait(false), null, null);
    }, ct);

    /// <summary>Replaces a waiting transaction by the same one with a higher offer.</summary>
    public Task<LaneResult> SpeedUpAsync(string id, FeeSpeed speed, CancellationToken ct = default) => InTurnAsync(() => ReplaceAsync(id, speed, cancel: false, null, ct), ct);

    /// <summary>
    /// Asks for a waiting transaction not to happen: a transfer of nothing to oneself takes its nonce. Until one of the two is final both
    /// are possible, so the intent stays open. A relay that has it is asked to forget it, too.
    /// </summary>
    public Task<LaneResult> CancelAsync(string id, CancellationToken ct = default) => InTurnAsync(async () =>
    {
        if (state.Find(id) is { IsOpen: true, Inclusion: null } entry)
        {
            await ForgetAsync(entry, ct).ConfigureAwait(false);
        }
        return await ReplaceAsync(id, FeeSpeed.Fast, cancel: true, null, ct).ConfigureAwait(false);
    }, ct);

    private async Task<LaneResult> ReplaceAsync(string id, FeeSpeed speed, bool cancel, SubmissionPath? by, CancellationToken ct)
    {
        if (state.Find(id) is not { } entry)
        {
            return LaneResult.Denied(LaneDenial.UnknownId, $"There is no {id}.");
        }
        if (!entry.IsOpen || entry.State == TransactionState.Included)
        {
            return LaneResult.Denied(LaneDenial.NotWaiting, $"{id} is {entry.State}.");
        }
        var (fresh, _) = await FeesAsync(speed, ct).ConfigureAwait(false);
        // Every attempt can still be in a node's pool, so the new one must outbid the dearest.
        var dearest = new FeeQuote(entry.Attempts.Max(a => a.Fees.MaxFeePerGas), entry.Attempts.Max(a => a.Fees.MaxPriorityFeePerGas));
        if (FeeStrategy.Replace(dearest, fresh, options.MaxFeeCap) is not { } fees)
        {
            return LaneResult.Denied(LaneDenial.FeeAboveCap, $"A replacement needs more than the cap of {options.MaxFeeCap} wei per gas.");
        }
        var last = SignedTransaction.Decode(Hex.Decode(entry.Latest.Raw)).Transaction;
        cancel |= entry.Latest.IsCancellation;
        var path = by ?? (cancel && entry.Policy.CancelPublicly ? SubmissionPath.Public : entry.Latest.Path);
        var next = cancel
            ? await SignAsync(id, entry.Nonce, signer.Address, [], 0, 21_000, fees, path, true, ct).ConfigureAwait(false)
            : await SignAsync(id, entry.Nonce, last.To ?? Address.Zero, last.Data, last.Value, last.GasLimit, fees, path, false, ct).ConfigureAwait(false);
        return new(await SendAsync(next, ct).ConfigureAwait(false), null, null);
    }

    private async Task<(BigInteger Gas, LaneResult? Denied)> SimulateAsync(EthCall call, IReadOnlyList<AbiError> errors, CancellationToken ct)
    {
        try
        {
            _ = await eth.CallAsync(call, ct: ct).ConfigureAwait(false);
            var estimate = (BigInteger)await eth.EstimateGasAsync(call, ct).ConfigureAwait(false);
            var gas = BigInteger.Max(estimate * options.GasLimitPercent / 100, estimate + (call.Data.Length > 0 ? options.GasHeadroom : 0));
            return gas <= options.GasLimitMax ? (gas, null)
                : (0, LaneResult.Denied(LaneDenial.GasAboveLimit, $"It needs {gas} gas, {options.GasLimitMax} are allowed."));
        }
        catch (RpcRefusedException e)
        {
            var data = e.Error.RevertData();
            var funds = data is null && e.Error.Message.Contains("insufficient", StringComparison.OrdinalIgnoreCase);
            return (0, funds ? LaneResult.Denied(LaneDenial.InsufficientFunds, e.Error.Message)
                : LaneResult.Denied(LaneDenial.WouldRevert, data is null && e.Error.Code != 3 ? e.Error.Message : RevertReason.InWords(data ?? [], errors)));
        }
    }

    private async Task<(FeeQuote Fees, BigInteger BaseFee)> FeesAsync(FeeSpeed speed, CancellationToken ct)
    {
        var history = await eth.FeeHistoryAsync(options.FeeBlocks, FeeStrategy.Percentiles, ct).ConfigureAwait(false);
        if (history.BaseFees.Count == 0)
        {
            throw new EthereumFormatException("A fee history without base fees.");
        }
        var busy = history.Tips.Where((_, i) => i < history.GasUsedPercent.Count && history.GasUsedPercent[i] > 0m);
        return (FeeStrategy.Quote(new(history.BaseFees[^1], [.. busy]), speed, options.MaxFeeCap), history.BaseFees[^1]);
    }

    private async Task<LaneEntry> SignAsync(
        string id, ulong nonce, Address to, byte[] data, BigInteger value, ulong gas, FeeQuote fees, SubmissionPath path, bool isCancellation, CancellationToken ct, SubmissionPolicy? policy = null)
    {
        var signed = await signer.SignAsync(new Eip1559Transaction
        {
            ChainId = chainId, Nonce = nonce, To = to, Data = data, Value = value, GasLimit = gas,
            MaxFeePerGas = fees.MaxFeePerGas, MaxPriorityFeePerGas = fees.MaxPriorityFeePerGas,
        }, ct).ConfigureAwait(false);
        return await RecordAsync(new TransactionSigned(id, nonce, Hex.Encode(signed.Raw), signed.Hash, path, isCancellation,
            fees.MaxFeePerGas.ToString(CultureInfo.InvariantCulture), fees.MaxPriorityFeePerGas.ToString(CultureInfo.InvariantCulture), time.GetUtcNow(), policy)).ConfigureAwait(false);
    }

    /// <summary>Hands the newest attempt over. No answer, or a refusal, leaves it as it was: it is tried again and never given up by itself.</summary>
    private async Task<LaneEntry> SendAsync(LaneEntry entry, CancellationToken ct)
    {
        var attempt = entry.Latest;
        if (attempt.Path != SubmissionPath.Public)
        {
            return await SendPrivatelyAsync(entry, ct).ConfigureAwait(false);
        }
        try
        {
            _ = await eth.SendRawAsync(SignedTransaction.Decode(Hex.Decode(attempt.Raw)), ct).ConfigureAwait(false);
            return entry.State == TransactionState.Sent ? entry
                : await RecordAsync(new TransactionSent(entry.Id, attempt.Hash, attempt.Path, await eth.BlockNumberAsync(ct).ConfigureAwait(false), time.GetUtcNow())).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcException or EthereumFormatException)
        {
            return entry;
        }
    }

    private async Task<LaneEntry> RecordAsync(TransactionEvent e)
    {
        // Once begun it is not cancelled: whether it is written must be known.
        await journal.AppendAsync(name, sequence + 1, e, CancellationToken.None).ConfigureAwait(false);
        sequence++;
        news.Add(e);
        return state.Apply(e);
    }

    private async Task<T> InTurnAsync<T>(Func<Task<T>> work, CancellationToken ct)
    {
        await turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }
}
