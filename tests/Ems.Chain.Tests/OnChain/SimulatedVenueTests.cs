using System.Numerics;
using Ems.Execution.Core.Amm;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.OnChain;

namespace Ems.Chain.Tests.OnChain;

/// <summary>The suite against the simulation.</summary>
public sealed class SimulatedVenueTests : OnChainConformance
{
    private static readonly BigInteger Unit = BigInteger.Pow(10, 18);

    /// <inheritdoc/>
    protected override Task<IOnChainRig> StartAsync() => Task.FromResult<IOnChainRig>(new Rig());

    private sealed class Rig : IOnChainRig
    {
        private readonly SimulatedChain chain = new(TimeProvider.System);
        private readonly Address other = Named(4);
        private int swaps;

        public Rig()
        {
            var (wallet, a, b) = (DevAccounts.Account(3).Address, Named(1), Named(2));
            chain.AddPool(new(Named(10), PoolKind.ConstantProduct, a, b, 3000), new ConstantProductPool(1_000 * Unit, 3_000 * Unit));
            chain.AddPool(new(Named(11), PoolKind.Concentrated, a, b, 3000), new ConcentratedPool(3000, 60, TickMath.SqrtAt(10_986), 10_986, 0, [])
                .AddLiquidity(6_000, 15_000, 5_000 * Unit).AddLiquidity(10_800, 11_100, 20_000 * Unit));
            foreach (var owner in new[] { wallet, other })
            {
                chain.Fund(a, owner, 1_000 * Unit);
                chain.Fund(b, owner, 1_000 * Unit);
                chain.Fund(Address.Zero, owner, Unit);
            }
            Venue = new SimulatedOnChainVenue(chain, wallet, confirmations: 2, TimeProvider.System);
        }

        public IOnChainVenue Venue { get; }

        public Task MineAsync(int blocks = 1)
        {
            for (var i = 0; i < blocks; i++)
            {
                chain.Mine();
            }
            return Task.CompletedTask;
        }

        public Task SomebodyElseAsync(bool zeroForOne, BigInteger amountIn)
        {
            chain.Send(other, new($"o{swaps++}", Venue.Pools[0].Address, zeroForOne, amountIn, 0, DateTimeOffset.MaxValue), 50_000_000_000);
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static Address Named(int n) => new([.. new byte[16], 0, 0, 0, (byte)n]);
    }
}
