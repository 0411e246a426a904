using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ems.Execution.Core.Primitives;

namespace Ems.Chain.Tests.Harness;

/// <summary>What a proxy does to one message.</summary>
public enum Harm
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>The node never sees the question.</summary>
    LostQuestion,
    /// <summary>The node acts, its answer is lost.</summary>
    LostAnswer,
    /// <summary>The last answer of a batch is missing; a single answer is cut off.</summary>
    HalfBatch,
    /// <summary>The node says it is of another chain.</summary>
    OtherChain,
    /// <summary>Receipts, blocks and transactions are not known yet, and the newest block is an old one.</summary>
    Lag,
    /// <summary>Receipts say that another block holds the transaction.</summary>
    LieAboutBlock,
    /// <summary>A page instead of JSON.</summary>
    Garbage,
}

/// <summary>Stands between the client and a node on the level of HTTP and does harm as a test says.</summary>
public sealed class HarshProxy(Func<int, string, Harm> plan) : DelegatingHandler(new SocketsHttpHandler())
{
    private int messages;

    /// <summary>Harm by chance, the same in every run of a seed: about one message in three.</summary>
    public static HarshProxy Random(ulong seed) => new((n, _) => SeededRandom.Draw(seed, 1, n) % 3 == 0 ? (Harm)(SeededRandom.Draw(seed, 2, n) % 8) : Harm.None);

    /// <summary>Messages so far that were harmed.</summary>
    public int Harmed { get; private set; }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var question = await request.Content!.ReadAsStringAsync(cancellationToken);
        var harm = plan(Interlocked.Increment(ref messages), question);
        Harmed += harm == Harm.None ? 0 : 1;
        if (harm == Harm.LostQuestion)
        {
            throw new HttpRequestException("lost");
        }
        var answer = await base.SendAsync(request, cancellationToken);
        if (harm == Harm.None)
        {
            return answer;
        }
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        return harm switch
        {
            Harm.LostAnswer => throw new HttpRequestException("lost"),
            Harm.Garbage => Text("<html>bad gateway</html>"),
            Harm.HalfBatch => Text(JsonNode.Parse(body) is JsonArray { Count: > 1 } list ? new JsonArray([.. list.SkipLast(1).Select(n => n!.DeepClone())]).ToJsonString() : body[..(body.Length / 2)]),
            _ => Text(Changed(harm, JsonNode.Parse(question)!, JsonNode.Parse(body)!)),
        };
    }

    private static string Changed(Harm harm, JsonNode question, JsonNode answer)
    {
        var questions = question is JsonArray many ? many : [question.DeepClone()];
        foreach (var one in answer is JsonArray list ? list.ToArray() : [answer])
        {
            var method = questions.First(q => q!["id"]!.GetValue<long>() == one!["id"]!.GetValue<long>())!["method"]!.GetValue<string>();
            if (one!["result"] is null)
            {
                continue;
            }
            switch (harm, method)
            {
                case (Harm.OtherChain, "eth_chainId"):
                    one["result"] = "0x1";
                    break;
                case (Harm.Lag, "eth_getTransactionReceipt" or "eth_getTransactionByHash"):
                    one["result"] = null;
                    break;
                case (Harm.Lag, "eth_blockNumber"):
                    one["result"] = "0x0";
                    break;
                case (Harm.LieAboutBlock, "eth_getTransactionReceipt"):
                    one["result"]!["blockHash"] = "0x" + new string('e', 64);
                    break;
            }
        }
        return answer.ToJsonString(new JsonSerializerOptions());
    }

    private static HttpResponseMessage Text(string body) => new(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
}
