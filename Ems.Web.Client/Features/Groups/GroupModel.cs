using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Primitives;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Features.Trade;

namespace Ems.Web.Client.Features.Groups;

/// <summary>What is typed into the group ticket, as text, and the request it makes. The server judges it; nothing is corrected here.</summary>
public sealed class GroupModel
{
    private const int OptionalLegsMax = 4;

    /// <summary>Starts with a bracket.</summary>
    public GroupModel(string instrument) => Become(BracketGroup.Name, instrument);

    /// <summary>The group's type.</summary>
    public string Type { get; private set; } = BracketGroup.Name;
    /// <summary>Its descriptor.</summary>
    public GroupDescriptor Descriptor => GroupCatalog.Find(Type)!.Descriptor;
    /// <summary>Parameters that were typed.</summary>
    public Dictionary<string, string> Parameters { get; } = [];
    /// <summary>Its legs, in the descriptor's order.</summary>
    public List<LegModel> Legs { get; } = [];
    /// <summary>What a conditional waits for.</summary>
    public NodeModel Condition { get; private set; } = new();

    /// <summary>Legs that may still be added.</summary>
    public IEnumerable<LegRole> Addable => Descriptor.Legs.Where(r => !r.Required && Legs.All(l => l.Role.Name != r.Name)).Take(Legs.Count <= OptionalLegsMax ? 1 : 0);

    /// <summary>Another type: legs and parameters start anew, the instrument stays.</summary>
    public void Become(string type, string instrument)
    {
        Type = type;
        Parameters.Clear();
        Legs.Clear();
        foreach (var role in Descriptor.Legs.Where(r => r.Required))
        {
            Legs.Add(new LegModel(role, instrument, Usual(type, role.Name)));
        }
        if (type is "OCO" or "OUO")
        {
            Legs.ForEach(l => l.Ticket.Side = Side.Sell);
        }
        if (type == PairsGroup.Name)
        {
            Legs[1].Ticket.Side = Side.Sell;
        }
        if (type == HopGroup.Name)
        {
            Legs[0].Ticket.Side = Side.Sell;
        }
        Condition = new NodeModel { Subject = instrument };
    }

    /// <summary>Adds an optional leg.</summary>
    public void Add(LegRole role) => Legs.Add(new LegModel(role, Legs[0].Instrument, "LIMIT"));

    /// <summary>The value shown for a parameter.</summary>
    public string Shown(ParamSpec p) => Parameters.TryGetValue(p.Name, out var text) ? text : p.Default ?? "";

    /// <summary>Keeps what was typed; the default typed again is not sent.</summary>
    public void Set(ParamSpec p, string? value)
    {
        if (string.IsNullOrEmpty(value) || value == p.Default)
        {
            Parameters.Remove(p.Name);
        }
        else
        {
            Parameters[p.Name] = value.Trim();
        }
    }

    /// <summary>Whether a leg's quantity may be left empty: it is the first one's, or the ratio says it.</summary>
    public bool TakesQtyFromFirst(LegModel leg) => leg != Legs[0] && Type is "OCO" or "OUO" or "PAIRS";

    /// <summary>The request under a ClOrdID.</summary>
    public NewGroupRequest Request(string clOrdId, IReadOnlyList<AlgoRow> algos) => new()
    {
        ClOrdId = clOrdId,
        Type = Type,
        Parameters = Descriptor.Parameters.Where(p => Parameters.ContainsKey(p.Name))
            .ToDictionary(p => p.Name, p => p.Type == ParamType.Time ? TicketModel.Time(Parameters[p.Name]) ?? "" : Parameters[p.Name]),
        Condition = Descriptor.NeedsCondition ? Condition.Request() : null,
        Legs = [.. Legs.Select(l => new GroupLegRequest { Role = l.Role.Name, Order = Order(l, algos) })],
    };

    private NewOrderRequest Order(LegModel leg, IReadOnlyList<AlgoRow> algos)
    {
        var algo = algos.First(a => a.Descriptor.Name == leg.Ticket.Strategy).Descriptor;
        var order = leg.Ticket.Request("", leg.Instrument, algo) with { ClOrdId = null };
        return leg.Ticket.Qty.Trim().Length > 0 || !TakesQtyFromFirst(leg) ? order
            : order with { OrderQty = Type == PairsGroup.Name ? null : Legs[0].Ticket.Request("", leg.Instrument, algo).OrderQty };
    }

    private static string Usual(string type, string role) => (type, role) switch
    {
        ("OCO" or "OUO", "b") => "STOP",
        ("LADDER", _) => "SCALE",
        ("CONDITIONAL", _) or ("PAIRS", _) or ("HOP", _) => "MARKET",
        _ => "LIMIT",
    };
}

/// <summary>One leg of the ticket.</summary>
public sealed class LegModel(LegRole role, string instrument, string strategy)
{
    /// <summary>Its role.</summary>
    public LegRole Role { get; } = role;
    /// <summary>Its instrument.</summary>
    public string Instrument { get; set; } = instrument;
    /// <summary>Its order.</summary>
    public TicketModel Ticket { get; } = new() { Strategy = strategy };
}

/// <summary>A node of the condition being edited.</summary>
public sealed class NodeModel
{
    /// <summary>AND, OR, NOT or a predicate.</summary>
    public string Op { get; private set; } = "PRICE";
    /// <summary>Nodes below, of AND, OR and NOT.</summary>
    public List<NodeModel> Of { get; } = [];
    public string Subject { get; set; } = "";
    public string By { get; set; } = "";
    public string Is { get; set; } = "ABOVE";
    public string Value { get; set; } = "";

    /// <summary>Becomes another node. A predicate that becomes a joint goes below it, so that nothing typed is lost.</summary>
    public void Become(string op, string instrument)
    {
        if (op == Op)
        {
            return;
        }
        if (Conditions.IsJoint(op) && !Conditions.IsJoint(Op))
        {
            Of.Clear();
            Of.Add(new NodeModel { Op = Op, Subject = Subject, By = By, Is = Is, Value = Value });
            if (op != "NOT")
            {
                Of.Add(new NodeModel { Subject = instrument });
            }
            (Subject, By, Value) = ("", "", "");
        }
        else if (Conditions.IsJoint(op))
        {
            if (op == "NOT" && Of.Count > 1)
            {
                Of.RemoveRange(1, Of.Count - 1);
            }
            else if (op != "NOT" && Of.Count < 2)
            {
                Of.Add(new NodeModel { Subject = instrument });
            }
        }
        else
        {
            Of.Clear();
            Subject = Conditions.Find(op)?.Subject switch { SubjectKind.Instrument => instrument, SubjectKind.Asset => "USDT", _ => "" };
            (By, Value) = ("", "");
        }
        Op = op;
    }

    /// <summary>The node as it is sent.</summary>
    public ConditionRequest Request() => Conditions.IsJoint(Op)
        ? new() { Op = Op, Of = [.. Of.Select(n => n.Request())] }
        : new() { Op = Op, Subject = Blank(Subject), By = Blank(By), Is = Is, Value = Blank(Op == "TIME" ? TicketModel.Time(Value) : Value) is { } v ? new NumberText(v) : null };

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
