using Ems.Execution.Core.Orders;

namespace Ems.Execution.Core.Risk;

/// <summary>Nothing goes to a chain's public pool that the account may not show there.</summary>
internal sealed class SubmissionCheck : IPreTradeCheck
{
    public Denial? Check(in Candidate order, RiskView view) => view.Limits.PublicSubmission == PublicSubmission.Never && (order.Submission == OnChainSubmission.Public || order.PublicFallback)
        ? new(DenyCode.SubmissionNotAllowed, "submission", "submission=Public, publicSubmission=Never") : null;
}
