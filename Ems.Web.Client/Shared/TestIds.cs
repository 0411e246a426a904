namespace Ems.Web.Client.Shared;

/// <summary>Values of <c>data-testid</c> that tests look for; rows also carry <c>data-clordid</c> or <c>data-execid</c>.</summary>
public static class TestIds
{
    public const string Connection = "connection", MarketSource = "market-source", MarketSelect = "market-select", AccountSelect = "account-select", Kill = "kill", KillReport = "kill-report", PagesMenu = "pages-menu", UserMenu = "user-menu";
    public const string Bridge = "bridge", BridgeAmount = "bridge-amount", BridgeSend = "bridge-send", BridgeQuote = "bridge-quote", BridgeRow = "bridge-row", LayerTwo = "layer-two", SubmissionDoor = "submission-door", SubmissionPublic = "submission-public", SubmissionProblem = "submission-problem", TicketSubmission = "ticket-submission", CostPreview = "cost-preview", CostPreviewRow = "cost-preview-row";
    public const string WhatIf = "what-if", WhatIfLoad = "what-if-load", WhatIfSame = "what-if-same", WhatIfRow = "what-if-row", WhatIfStrategy = "what-if-strategy", WhatIfRun = "what-if-run";
    public const string WalletPairing = "wallet-pairing", WalletPairingUri = "wallet-pairing-uri", WalletPairingCancel = "wallet-pairing-cancel", WalletNotice = "wallet-notice";

    public const string WalletConnect = "wallet-connect", WalletConnected = "wallet-connected", WalletLink = "wallet-link", WalletLinked = "wallet-linked", WalletRequest = "wallet-request", WalletProblem = "wallet-problem";
    public const string ChainChip = "chain-chip", ChainMode = "chain-mode", ChainBlock = "chain-block", ChainPool = "chain-pool", ChainWhy = "chain-why";
    public const string SignScreen = "sign-screen", SignLeaves = "sign-leaves", SignAtLeast = "sign-at-least", SignAllows = "sign-allows", SignSimulated = "sign-simulated", SignRefusal = "sign-refusal", SignWrongChain = "sign-wrong-chain", SignSwitch = "sign-switch", SignSubmit = "sign-submit";
    public const string SwapSell = "swap-sell", SwapBuy = "swap-buy", SwapAmount = "swap-amount", SwapSlippage = "swap-slippage", SwapPrepare = "swap-prepare", SwapQuote = "swap-quote", Faucet = "faucet", WalletOutcome = "wallet-outcome";
    public const string DoorState = "door-state", DoorUse = "door-use", DoorAccept = "door-accept";
    public const string MandateSide = "mandate-side", MandateInstrument = "mandate-instrument", MandateTotal = "mandate-total", MandateSlice = "mandate-slice", MandatePause = "mandate-pause", MandateWorst = "mandate-worst", MandateHours = "mandate-hours", MandatePrepare = "mandate-prepare", MandateRow = "mandate-row", MandateSold = "mandate-sold", MandateRunQty = "mandate-run-qty", MandateRunSeconds = "mandate-run-seconds", MandateRun = "mandate-run", MandateStop = "mandate-stop", MandateRevoke = "mandate-revoke";
    public const string IntentSell = "intent-sell", IntentBuy = "intent-buy", IntentAmount = "intent-amount", IntentQuote = "intent-quote", IntentRow = "intent-row", IntentCancel = "intent-cancel";
    public const string LabRun = "lab-run", LabSwaps = "lab-swaps", LabWhyNot = "lab-why-not", LabSums = "lab-sums", LabBars = "lab-bars", LabCurve = "lab-curve";
    public const string Detectability = "detectability";
    public const string Ticket = "ticket", TicketAlgo = "ticket-algo", TicketBuy = "ticket-buy", TicketSell = "ticket-sell", TicketQty = "ticket-qty", TicketLimit = "ticket-limit", TicketSubmit = "ticket-submit", TicketPreview = "ticket-preview", TicketError = "ticket-error", TicketRefusal = "ticket-refusal";
    public const string Ladder = "ladder", LadderRow = "ladder-row", Tape = "tape", Candles = "candles", Depth = "depth", Plan = "plan";
    public const string Orders = "orders", OrderRow = "order-row", ChildRow = "child-row", FillRow = "fill-row", BalanceRow = "balance-row", PositionRow = "position-row";
    public const string Expand = "expand", Pause = "pause", Resume = "resume", Cancel = "cancel", Amend = "amend", Open = "open", WhyIdle = "why-idle", Progress = "progress";
    public const string TabOrders = "tab-orders", TabFills = "tab-fills", TabPositions = "tab-positions", TabBalances = "tab-balances";
    public const string Timeline = "timeline", Routes = "routes";

    public const string ModeOrder = "mode-order", ModeGroup = "mode-group", GroupTicket = "group-ticket", GroupType = "group-type", GroupSubmit = "group-submit", GroupPreview = "group-preview";
    public const string LegAlgo = "leg-algo", LegQty = "leg-qty", LegLimit = "leg-limit", Condition = "condition", ConditionNode = "condition-node", NodeOp = "node-op", NodeValue = "node-value", NodeAdd = "node-add";
    public const string Groups = "groups", GroupRow = "group-row", GroupLegs = "group-legs", GroupPanel = "group-panel", Truth = "truth", TabGroups = "tab-groups";

    /// <summary>Test id of one leg of the group ticket.</summary>
    public static string Leg(string role) => "leg-" + role;
    public const string OrderCost = "order-cost", Waterfall = "waterfall", Slippage = "slippage", MarkOuts = "mark-outs", FillsAgainstMid = "fills-against-mid", Leak = "leak", Print = "print";
    public const string CostsFrom = "costs-from", CostsTo = "costs-to", CostsBy = "costs-by", CostsCsv = "costs-csv", CostsParquet = "costs-parquet", CostGroups = "cost-groups";

    /// <summary>Test id of one parameter's field.</summary>
    public static string Param(string name) => "param-" + name;
}
