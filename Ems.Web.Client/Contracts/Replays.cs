using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Simulation.Backtesting;

namespace Ems.Web.Client.Contracts;

/// <summary>
/// GET …/orders/{clOrdId}/replay: all that a replay of a finished order depends on, and the digest of the server's own replay of it. The
/// same input gives the same digest anywhere.
/// </summary>
/// <param name="Input">The order as it was, its seed, the venues as they were listed, and the time.</param>
/// <param name="Listings">What the window shows, in stream order.</param>
/// <param name="WindowName">Where the market comes from.</param>
/// <param name="Window">The market of that time (MarketWindowBytes).</param>
/// <param name="Digest">SHA-256 over every decision, child and fill of the server's replay, hex.</param>
public sealed record ReplayPackage(ReplayInput Input, IReadOnlyList<Listing> Listings, string WindowName, byte[] Window, string Digest);
