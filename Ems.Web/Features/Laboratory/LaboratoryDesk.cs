using System.ComponentModel.DataAnnotations;
using Ems.Execution.Venues.OnChain.Laboratory;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Web.Client.Contracts;
using Microsoft.Extensions.Options;

namespace Ems.Web.Features.Laboratory;

/// <summary>Section <c>Laboratory</c>.</summary>
public sealed class LaboratoryOptions
{
    /// <summary>Least time between the starts of two runs; each has a node of its own for about twenty seconds.</summary>
    [Range(0, 3_600)] public int PauseSeconds { get; set; } = 10;
    /// <summary>Most time that a run may take.</summary>
    [Range(1, 3_600)] public int RunSecondsMax { get; set; } = 180;
}

/// <summary>What came of asking for a run.</summary>
internal enum LaboratoryAnswer
{
    Started = 1,
    Busy,
    TooSoon,
    Unavailable,
}

/// <summary>
/// The sandwich laboratory of this instance: one run at a time, in the background, on a node of its own that has nothing to do with the
/// instance's chain. What a run showed stays until the next one.
/// </summary>
internal sealed partial class LaboratoryDesk(IOptions<LaboratoryOptions> options, IOptions<ChainOptions> chain, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<LaboratoryDesk> logger) : IHostedService
{
    private readonly Lock gate = new();
    private readonly List<SandwichSwap> swaps = [];
    private LaboratoryStatus status = new("Idle", null, null, 0, 0, null, null, null, []);
    private Task running = Task.CompletedTask;

    private string? Folder => chain.Value.Folder.Length > 0 ? chain.Value.Folder : ChainFolder.Find(AppContext.BaseDirectory) ?? ChainFolder.Find(Environment.CurrentDirectory);

    /// <summary>The newest run.</summary>
    public LaboratoryStatus Status
    {
        get
        {
            lock (gate)
            {
                return status with { WhyNot = WhyNot(), Totals = swaps.Count == 0 ? null : Totals(SandwichTotals.Of(swaps)), Swaps = [.. swaps.Select(Row)] };
            }
        }
    }

    /// <summary>Starts a run, unless one is on.</summary>
    public LaboratoryAnswer Start(int count, ulong seed)
    {
        lock (gate)
        {
            if (WhyNot() is not null)
            {
                return LaboratoryAnswer.Unavailable;
            }
            var now = time.GetUtcNow();
            if (status.State == "Running")
            {
                return LaboratoryAnswer.Busy;
            }
            if (status.StartedAt is { } last && now - last < TimeSpan.FromSeconds(options.Value.PauseSeconds))
            {
                return LaboratoryAnswer.TooSoon;
            }
            swaps.Clear();
            status = new("Running", null, null, count, seed, now, null, null, []);
            running = Task.Run(() => RunAsync(new() { Swaps = count, Seed = seed }));
            return LaboratoryAnswer.Started;
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken) =>
        // The application's end is the run's, too; its node is waited for.
        await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private string? WhyNot() => SandwichLaboratory.WhyNot(Folder);

    private async Task RunAsync(SandwichOptions run)
    {
        string? problem = null;
        try
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.RunSecondsMax), time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, lifetime.ApplicationStopping);
            await using var laboratory = await SandwichLaboratory.OpenAsync(Folder!, run, time, either.Token);
            await foreach (var swap in laboratory.RunAsync(either.Token))
            {
                lock (gate)
                {
                    swaps.Add(swap);
                }
            }
        }
        catch (Exception e)
        {
            // Nothing else depends on a run: what went wrong is shown where it was asked for.
            problem = e is OperationCanceledException ? "The run took too long or the application ends." : $"{e.GetType().Name}: {e.Message}";
            RunFailed(logger, e);
        }
        lock (gate)
        {
            status = status with { State = problem is null ? "Done" : "Failed", Problem = problem, EndedAt = time.GetUtcNow() };
        }
    }

    private static LaboratoryTotals Totals(SandwichTotals t) => new(t.Swaps, t.AttackedPublic, t.AttackedPrivate, t.NotionalQuote, t.PublicLostQuote, t.PrivateLostQuote, t.PublicLostBps, t.PrivateLostBps, t.BotQuote);

    private static LaboratorySwap Row(SandwichSwap s) => new(s.Number, s.Kind.ToString(), s.SellsBase, s.AmountIn, s.ToleranceBps, s.NotionalQuote, s.Public.LostBps, s.Private.LostBps, s.PublicLostQuote, s.PrivateLostQuote,
        s.Public.WasAttacked, s.Private.WasAttacked, s.Private.WasSeen, s.Public.BotQuote + s.Private.BotQuote);

    [LoggerMessage(3431, LogLevel.Warning, "A run of the sandwich laboratory failed")]
    private static partial void RunFailed(ILogger logger, Exception e);
}
