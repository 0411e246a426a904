using System.Numerics;
using System.Text.Json;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Chain.Tests.Contracts;

/// <summary>A mandate as its owner signs it.</summary>
internal sealed record SignedMandate(
    Address Owner, Address SellToken, Address BuyToken, BigInteger SellTotal, BigInteger MaxSlice, BigInteger MinInterval, BigInteger MinPrice, BigInteger Expiry,
    IReadOnlyList<Address> Routers, Address Executor, BigInteger Nonce)
{
    /// <summary>The struct as the contract takes it.</summary>
    public object[] Tuple =>
        [Owner, SellToken, BuyToken, SellTotal, MaxSlice, MinInterval, MinPrice, Expiry, Routers.Cast<object>().ToArray(), Executor, Nonce];

    /// <summary>The owner's signature for a contract on the local chain (eth_signTypedData_v4).</summary>
    public byte[] Sign(PrivateKeySigner by, Address contract) => by.SignHash(TypedData.Parse(Json(contract)).Hash()).ToBytes();

    /// <summary>What a wallet is asked to show and sign.</summary>
    public string Json(Address contract) => JsonSerializer.Serialize(new
    {
        types = new
        {
            EIP712Domain = Members("name string", "version string", "chainId uint256", "verifyingContract address"),
            Mandate = Members("owner address", "sellToken address", "buyToken address", "sellTotal uint256", "maxSlice uint256", "minInterval uint256", "minPrice uint256", "expiry uint256",
                "routers address[]", "executor address", "nonce uint256"),
        },
        primaryType = "Mandate",
        domain = new { name = "EMS Mandates", version = "1", chainId = LocalChain.ChainId, verifyingContract = contract.ToString() },
        message = new
        {
            owner = Owner.ToString(), sellToken = SellToken.ToString(), buyToken = BuyToken.ToString(), sellTotal = SellTotal.ToString(), maxSlice = MaxSlice.ToString(),
            minInterval = MinInterval.ToString(), minPrice = MinPrice.ToString(), expiry = Expiry.ToString(), routers = Routers.Select(r => r.ToString()), executor = Executor.ToString(),
            nonce = Nonce.ToString(),
        },
    });

    private static object[] Members(params string[] members) => [.. members.Select(m => (object)new { name = m.Split(' ')[0], type = m.Split(' ')[1] })];
}
