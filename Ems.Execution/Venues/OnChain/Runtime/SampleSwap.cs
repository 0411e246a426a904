using System.Numerics;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Transactions;
using Ems.Execution.Venues.Ethereum.Uniswap;

namespace Ems.Execution.Venues.OnChain.Runtime;

/// <summary>A signed swap like those that are sent: its bytes are what a rollup puts onto layer one.</summary>
internal static class SampleSwap
{
    /// <summary>The signed bytes.</summary>
    public static byte[] Raw { get; } = Make();

    private static byte[] Make()
    {
        var signer = DevAccounts.Account(0);
        var (a, b, router) = (Address.Create(signer.Address, 1), Address.Create(signer.Address, 2), Address.Create(signer.Address, 3));
        var tx = new Eip1559Transaction
        {
            ChainId = ChainNode.LayerTwoChain, Nonce = 77, GasLimit = 210_000, To = router, MaxFeePerGas = 1_234_567_890, MaxPriorityFeePerGas = 1_234_567,
            Data = RouterAbi.V3Swap.Encode((object)new object[] { a, b, 500, signer.Address, new BigInteger(1_790_000_000), BigInteger.Parse("1234567890123456789", null), new BigInteger(3_051_234_567), 0 }),
        };
        return tx.Sign(signer.SignHash(tx.SigningHash())).Raw;
    }
}
