using System.Text.Json;
using Ems.Execution.Venues.Ethereum.Abi;

namespace Ems.Execution.Venues.Ethereum.Local;

/// <summary>A compiled contract.</summary>
public sealed record ContractArtifact(ContractAbi Abi, byte[] Bytecode)
{
    /// <summary>Init code with the constructor's values.</summary>
    public byte[] InitCode(params IReadOnlyList<object> values) => [.. Bytecode, .. AbiEncoder.Encode(Abi.ConstructorInputs, values)];
}

/// <summary>
/// Contracts of the folder "chain": ours from build, Uniswap's from its npm packages. Uniswap's bytecode is read where npm put it and is
/// not part of this repository; recompiling it would also change the addresses of its pools.
/// </summary>
public sealed class ChainPackages
{
    private readonly string folder;

    private ChainPackages(string folder) => this.folder = folder;

    /// <summary>Folder of the npm packages.</summary>
    public string PackagesFolder => Path.Combine(folder, "node_modules");

    /// <summary>The packages of a folder; null where they are not installed.</summary>
    public static ChainPackages? Find(string folder) =>
        File.Exists(Path.Combine(folder, "node_modules", "@uniswap", "v3-core", "package.json")) ? new(folder) : null;

    /// <summary>A contract of ours.</summary>
    public ContractArtifact Own(string name) => Read(Path.Combine(folder, "build", name + ".json"));

    /// <summary>A contract of Uniswap V2's core or periphery.</summary>
    public ContractArtifact UniswapV2(string package, string name) => Read(Path.Combine(PackagesFolder, "@uniswap", package, "build", name + ".json"));

    /// <summary>A contract of Uniswap V3's core or periphery; the folder may go deeper, as in lens.</summary>
    public ContractArtifact UniswapV3(string package, string name, string inner = "") =>
        Read(Path.Combine(PackagesFolder, "@uniswap", package, "artifacts", "contracts", inner, name + ".sol", name + ".json"));

    private static ContractArtifact Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var code = document.RootElement.GetProperty("bytecode").GetString()!;
        return new(ContractAbi.Parse(document.RootElement.GetProperty("abi")), Hex.Decode(code.StartsWith("0x", StringComparison.Ordinal) ? code : "0x" + code));
    }
}
