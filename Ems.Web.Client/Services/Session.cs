using Ems.Web.Client.Contracts;

namespace Ems.Web.Client.Services;

/// <summary>Who is signed in, what there is to trade, and what is selected.</summary>
public sealed class Session(ApiClient api)
{
    private Task? loading;

    /// <summary>Raised when something is loaded or selected.</summary>
    public event Action? Changed;

    public Me? Me { get; private set; }
    public IReadOnlyList<InstrumentRow> Instruments { get; private set; } = [];
    public IReadOnlyList<AlgoRow> Algos { get; private set; } = [];
    public AccountRef? Account { get; private set; }
    public InstrumentRow? Instrument { get; private set; }
    /// <summary>Why nothing could be loaded.</summary>
    public string? Problem { get; private set; }

    /// <summary>Loads once; later calls wait for the first.</summary>
    public Task LoadAsync() => loading ??= Load();

    /// <summary>Finest tick of the selected instrument.</summary>
    public decimal Tick => Instrument?.Listings.Count > 0 ? Instrument.Listings.Min(l => l.TickSize) : 0.01m;

    public void Select(AccountRef account)
    {
        Account = account;
        Changed?.Invoke();
    }

    /// <summary>Selects an instrument by id; unknown ids select the first.</summary>
    public void Select(string? instrument)
    {
        Instrument = Instruments.FirstOrDefault(i => i.Id == instrument) ?? (Instruments.Count > 0 ? Instruments[0] : null);
        Changed?.Invoke();
    }

    private async Task Load()
    {
        var (me, instruments, algos) = (api.Me(), api.Instruments(), api.Algos());
        await Task.WhenAll(me, instruments, algos);
        Problem = me.Result.Problem ?? instruments.Result.Problem ?? algos.Result.Problem;
        Me = me.Result.Value;
        Instruments = instruments.Result.Value ?? [];
        Algos = algos.Result.Value ?? [];
        Account = Me?.Accounts.Count > 0 ? Me.Accounts[0] : null;
        Changed?.Invoke();
    }
}
