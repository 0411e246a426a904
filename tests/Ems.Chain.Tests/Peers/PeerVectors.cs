using System.Text.Json;
using Ems.Chain.Tests.Harness;

namespace Ems.Chain.Tests.Peers;

/// <summary>What viem and ethers say to thousands of generated cases, asked once per test run.</summary>
public sealed class PeerVectors : IAsyncLifetime
{
    private const string Seed = "7";
    private JsonDocument? document;

    /// <summary>Cases of one kind.</summary>
    public IReadOnlyList<JsonElement> Of(string kind) => [.. document!.RootElement.GetProperty(kind).EnumerateArray()];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var folder = Path.Combine(Places.Root, "tests", "Ems.Chain.Tests", "npm");
        await Node.RestoreAsync(folder);
        document = JsonDocument.Parse(await Node.RunAsync(folder, "node", "vectors.mjs", Seed));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        document?.Dispose();
        return ValueTask.CompletedTask;
    }
}
