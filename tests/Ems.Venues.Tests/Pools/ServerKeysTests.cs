using System.Numerics;
using System.Security.Cryptography;
using Ems.Execution.Venues.OnChain.Keys;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Time.Testing;

namespace Ems.Venues.Tests.Pools;

/// <summary>Keys the server holds: encrypted in their file, retired but never lost, their use written down.</summary>
public sealed class ServerKeysTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("ems-keys-").FullName;
    private readonly EphemeralDataProtectionProvider ring = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 4, 23, 59, 0, TimeSpan.Zero));

    private string File => Path.Combine(folder, "keys.db");

    [Fact]
    public async Task A_key_is_the_same_after_a_restart_and_another_ring_opens_nothing()
    {
        string executor, wallet;
        using (var keys = Open())
        {
            executor = (await keys.ExecutorAsync()).Address.ToString();
            wallet = (await keys.AccountWalletAsync(new("A"), new("V"))).Address.ToString();
            (await keys.AccountWalletAsync(new("B"), new("V"))).Address.ToString().ShouldNotBe(wallet);
            (await keys.AccountWalletAsync(new("A"), new("W"))).Address.ToString().ShouldNotBe(wallet);
        }
        using (var again = Open())
        {
            (await again.ExecutorAsync()).Address.ToString().ShouldBe(executor);
            (await again.AccountWalletAsync(new("A"), new("V"))).Address.ToString().ShouldBe(wallet);
        }
        using var stolen = new ServerKeys(File, new EphemeralDataProtectionProvider(), time);
        await Should.ThrowAsync<CryptographicException>(() => stolen.ExecutorAsync());
    }

    [Fact]
    public async Task No_key_is_in_the_file_or_in_any_text_of_its_signer()
    {
        var known = new byte[32];
        using (var keys = Open())
        {
            var signer = await keys.ExecutorAsync();
            signer.ToString().ShouldBe(signer.Address.ToString());
            // Its private field is what must not be found; reflection is the only way to it.
            known = (byte[])signer.GetType().GetFields(System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance).Single(f => f.FieldType == typeof(byte[])).GetValue(signer)!;
        }
        foreach (var file in Directory.GetFiles(folder))
        {
            var bytes = System.IO.File.ReadAllBytes(file);
            bytes.AsSpan().IndexOf(known).ShouldBe(-1, file);
            System.Text.Encoding.Latin1.GetString(bytes).ShouldNotContain(Convert.ToHexStringLower(known));
            System.Text.Encoding.Latin1.GetString(bytes).ShouldNotContain(Convert.ToBase64String(known));
        }
    }

    [Fact]
    public async Task Rotation_makes_the_next_key_keeps_the_old_one_and_is_written_down()
    {
        using var keys = Open();
        var first = await keys.ExecutorAsync();
        time.Advance(TimeSpan.FromSeconds(1));
        var next = await keys.RotateExecutorAsync("ann");
        (next.Name, next.RetiredAt).ShouldBe(("executor/2", null));
        (await keys.ExecutorAsync()).Address.ShouldBe(next.Address);
        (await keys.ExecutorAsync(first.Address))!.Address.ShouldBe(first.Address);
        (await keys.ExecutorAsync((await keys.AccountWalletAsync(new("A"), new("V"))).Address)).ShouldBeNull("a wallet of an account fills no mandates");
        keys.Executors().Select(k => k.RetiredAt is null).ShouldBe([true, false]);
        keys.Audited(10).Where(a => a.Actor == "ann").Select(a => (a.What, a.Address)).ShouldBe([("made", next.Address), ("retired", first.Address)]);
    }

    [Fact]
    public async Task Gas_is_counted_once_per_transaction_and_by_the_day()
    {
        using var keys = Open();
        var address = (await keys.ExecutorAsync()).Address;
        var day = new DateOnly(2026, 3, 4);
        keys.SpendGas(address, day, "t1", 100);
        keys.SpendGas(address, day, "t1", 100);
        keys.SpendGas(address, day, "t2", 50);
        keys.SpendGas(address, day.AddDays(1), "t3", 7);
        (keys.GasSpent(address, day), keys.GasSpent(address, day.AddDays(1)), keys.GasSpent(address, day.AddDays(2))).ShouldBe(((BigInteger)150, (BigInteger)7, BigInteger.Zero));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private ServerKeys Open() => new(File, ring, time);
}
