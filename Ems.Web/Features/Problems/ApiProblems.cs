using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Risk;
using Ems.Web.Client.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ems.Web.Features.Problems;

/// <summary>Every answer that is not a yes. Codes are stable: they are part of the API.</summary>
public static class ApiProblems
{
    /// <summary>400: the body is not JSON.</summary>
    public static ProblemHttpResult MalformedJson(string detail) => Problem(400, "MalformedJson", "The body is not well-formed JSON.", detail);
    /// <summary>400: a request that changes something came without the header that only our own pages can set.</summary>
    public static ProblemHttpResult CsrfHeaderMissing() =>
        Problem(400, "CsrfHeaderMissing", "The request lacks the header X-Requested-With.", "Requests that change something carry X-Requested-With: Ems, which another site's page cannot set.");
    /// <summary>401.</summary>
    public static ProblemHttpResult NotSignedIn() => Problem(401, "NotSignedIn", "Sign in first.");
    /// <summary>403.</summary>
    public static ProblemHttpResult Forbidden() => Problem(403, "Forbidden", "Your role does not allow this.");
    /// <summary>404: unknown, or not the caller's to know of; the two are not told apart.</summary>
    public static ProblemHttpResult UnknownAccount() => Problem(404, "UnknownAccount", "There is no such account.");
    /// <summary>404.</summary>
    public static ProblemHttpResult UnknownOrder(string clOrdId) => Problem(404, nameof(DenyCode.UnknownOrder), "There is no such order.", $"clOrdId={clOrdId}");
    /// <summary>404.</summary>
    public static ProblemHttpResult UnknownInstrument(string instrument) => Problem(404, "UnknownInstrument", "There is no such instrument.", $"instrument={instrument}");
    /// <summary>404.</summary>
    public static ProblemHttpResult UnknownVenue(string venue) => Problem(404, "UnknownVenue", "There is no such paper venue.", $"venue={venue}");
    /// <summary>429.</summary>
    public static ProblemHttpResult RateLimited() => Problem(429, "RateLimited", "Too many requests; try again shortly.");

    /// <summary>422 for fields outside their rules.</summary>
    public static UnprocessableEntity<Refusal> Fields(IReadOnlyList<FieldError> errors) => TypedResults.UnprocessableEntity(
        new Refusal(nameof(DenyCode.InvalidField), errors.Count == 1 ? errors[0].Text : $"{errors.Count} fields are outside their rules.", errors));

    /// <summary>422 for a denial.</summary>
    public static UnprocessableEntity<Refusal> Denied(Denial d) => TypedResults.UnprocessableEntity(new Refusal(d.Code.ToString(), d.Text,
        string.IsNullOrEmpty(d.Field) ? [] : [new FieldError(d.Field, d.Code.ToString(), null, d.Text)]));

    /// <summary>A problem with its stable code.</summary>
    public static ProblemHttpResult Problem(int status, string code, string title, string? detail = null) =>
        TypedResults.Problem(statusCode: status, title: title, detail: detail, type: "about:blank", extensions: new Dictionary<string, object?> { ["code"] = code });
}
