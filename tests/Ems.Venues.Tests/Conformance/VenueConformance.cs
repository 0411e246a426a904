using Ems.Execution.Core.Primitives;

namespace Ems.Venues.Tests.Conformance;

/// <summary>
/// What every venue's execution client must do, whatever is behind it. A venue's tests derive from this and give a rig. The market
/// before each test: bids 1 at 999 and 2 at 998, asks 1 at 1001 and 2 at 1002. A and B have 100,000 of quote and 50 of base each.
/// </summary>
public abstract partial class VenueConformance : IAsyncLifetime
{
    private static readonly (decimal, decimal)[] Bids = [(999m, 1m), (998m, 2m)], Asks = [(1001m, 1m), (1002m, 2m)];

    protected IVenueRig Rig { get; private set; } = null!;

    protected Session A { get; private set; } = null!;

    protected Session B { get; private set; } = null!;

    protected abstract Task<IVenueRig> OpenAsync();

    protected Asset Base => Rig.Instrument.Base;

    protected Asset Quote => Rig.Instrument.Quote;

    public async ValueTask InitializeAsync()
    {
        Rig = await OpenAsync();
        (A, B) = (new Session(Rig, "A"), new Session(Rig, "B"));
        foreach (var session in new[] { A, B })
        {
            await Rig.FundAsync(session.Account, Quote, 100_000m);
            await Rig.FundAsync(session.Account, Base, 50m);
        }
        await Rig.BookAsync(Bids, Asks);
    }

    public async ValueTask DisposeAsync()
    {
        A.Dispose();
        B.Dispose();
        await Rig.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
