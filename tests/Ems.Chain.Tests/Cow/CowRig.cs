using System.Numerics;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Venues.Cow;
using Ems.Execution.Venues.Cow.Loopback;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.OnChain;
using Ems.Execution.Venues.OnChain.Runtime;

namespace Ems.Chain.Tests.Cow;

/// <summary>A chain with a pool, the settlement contract, the order book and its API; an owner with tokens.</summary>
internal sealed class CowRig : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = Timeout.InfiniteTimeSpan };
    public static readonly BigInteger Unit = BigInteger.Pow(10, 18);

    private CowRig(LocalChain chain, CowOrderBook book, CowServer server, CowDomain domain, ContractAbi abi, Address a, Address b, UniswapDeployment uniswap)
    {
        (Chain, Book, Server, Domain, Abi, A, B, Uniswap) = (chain, book, server, domain, abi, a, b, uniswap);
        Client = new(Http, server.Address, TimeProvider.System);
    }

    public static PrivateKeySigner Owner { get; } = DevAccounts.Account(3);

    public static PrivateKeySigner Solver { get; } = DevAccounts.Account(5);

    public LocalChain Chain { get; }

    public CowOrderBook Book { get; }

    public CowServer Server { get; }

    public CowDomain Domain { get; }

    public ContractAbi Abi { get; }

    public CowClient Client { get; }

    public Address A { get; }

    public Address B { get; }

    public UniswapDeployment Uniswap { get; }

    /// <summary>A pool of 1,000 A and 3,000 B; the owner has 100 A and may spend what <paramref name="allowed"/> says.</summary>
    public static async Task<CowRig> StartAsync(BigInteger? allowed = null, TimeProvider? time = null)
    {
        var chain = await LocalChain.StartAsync();
        var d = await UniswapDeployment.DeployAsync(chain.Eth, chain.Packages, DevAccounts.Account(0));
        var (a, b) = (d.Token("A", "A", 18), d.Token("B", "B", 18));
        foreach (var token in new[] { a, b })
        {
            d.Fund(token, 10_000 * Unit);
        }
        d.Lane.Call(a, UniswapDeployment.Mint, Owner.Address, 100 * Unit);
        var pool = d.V2Pool(a, 1_000 * Unit, b, 3_000 * Unit);
        await d.Lane.FlushAsync();
        var (domain, abi) = await CowSettler.DeployAsync(chain.Eth, chain.Packages, DevAccounts.Account(7), Solver.Address);
        var owner = await DeployLane.OpenAsync(chain.Eth, Owner);
        owner.Call(a, Erc20Abi.Approve, domain.Relayer, allowed ?? (100 * Unit));
        await owner.FlushAsync();
        var (t0, t1) = a.CompareTo(b) < 0 ? (a, b) : (b, a);
        var lane = await NonceLane.OpenAsync(chain.Eth, Solver, LocalChain.ChainId, new() { Confirmations = 1, StuckAfterBlocks = 0 }, new MemoryTransactionJournal(), TimeProvider.System);
        var book = new CowOrderBook(new(chain.Eth, new(d.V2Router, d.V3Router), [new(pool, PoolKind.ConstantProduct, t0, t1, 3_000)]), domain, new CowSettler(chain.Eth, lane, domain.Settlement, abi), time ?? TimeProvider.System);
        return new(chain, book, await CowServer.StartAsync(book), domain, abi, a, b, d);
    }

    /// <summary>Sells that much A at the quote less a tolerance.</summary>
    public async Task<CowOrder> QuoteAsync(BigInteger amount, int toleranceBps = 100, CowKind kind = CowKind.Sell, int seconds = 600, bool partial = false)
    {
        var quote = await Client.QuoteAsync(new(A, B, Owner.Address, kind, amount, seconds, partial));
        return kind == CowKind.Sell ? quote.Order with { BuyAmount = quote.Order.BuyAmount * (10_000 - toleranceBps) / 10_000 }
            : quote.Order with { SellAmount = quote.Order.SellAmount * (10_000 + toleranceBps) / 10_000 };
    }

    public Task<CowUid> PlaceAsync(CowOrder order, PrivateKeySigner? signer = null) =>
        Client.PlaceAsync(Domain, order, Owner.Address, (signer ?? Owner).SignHash(order.Digest(Domain)).ToString());

    public Task CancelAsync(CowUid uid, PrivateKeySigner? signer = null) => Client.CancelAsync([uid], (signer ?? Owner).SignHash(CowOrder.CancellationDigest(Domain, [uid])).ToString());

    /// <summary>Solves, and books once nothing is on its way: the node mines what it was sent in its own time.</summary>
    public async Task SolveAsync()
    {
        await Book.SolveAsync();
        var until = DateTime.UtcNow.AddSeconds(20);
        while (Book.Of(Owner.Address).Any(o => o.UnderWay is not null) && DateTime.UtcNow < until)
        {
            await Task.Delay(20);
            // Books without taking up anything new.
            var nobody = Book.Faults.NobodySolves;
            Book.Faults.NobodySolves = true;
            await Book.SolveAsync();
            Book.Faults.NobodySolves = nobody;
        }
    }

    public async Task<BigInteger> BalanceAsync(Address token, Address who) => (BigInteger)Erc20Abi.BalanceOf.DecodeOutput(await Chain.Eth.CallAsync(new(null, token, Erc20Abi.BalanceOf.Encode(who))))[0];

    /// <summary>Somebody trades in the pool: B for A, so that A gets dearer.</summary>
    public async Task MoveAsync(BigInteger amountB)
    {
        var lane = await DeployLane.OpenAsync(Chain.Eth, DevAccounts.Account(0));
        lane.Call(Uniswap.V2Router, AbiFunction.Parse("swapExactTokensForTokens(uint256,uint256,address[],address,uint256)"), amountB, 0, new object[] { B, A }, lane.Account, Hex.MaxUInt256);
        await lane.FlushAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Chain.DisposeAsync();
    }
}
