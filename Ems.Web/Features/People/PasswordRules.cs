using Ems.Web.Data;
using Microsoft.AspNetCore.Identity;

namespace Ems.Web.Features.People;

/// <summary>Refuses what is guessed first: the person's own name, and runs of one pattern.</summary>
internal sealed class PasswordRules : IPasswordValidator<EmsUser>
{
    private const int LengthMax = 128;
    private static readonly string[] GuessedFirst = ["password", "1234567", "qwerty", "letmein", "iloveyou", "bitcoin", "ethereum"];

    public Task<IdentityResult> ValidateAsync(UserManager<EmsUser> manager, EmsUser user, string? password)
    {
        var name = (user.Email ?? "").Split('@')[0];
        return Task.FromResult(password switch
        {
            null => IdentityResult.Success,
            { Length: > LengthMax } => Refused("PasswordTooLong", $"A password has at most {LengthMax} characters."),
            _ when name.Length > 3 && password.Contains(name, StringComparison.OrdinalIgnoreCase) => Refused("PasswordHasName", "A password must not contain your name."),
            _ when Array.Exists(GuessedFirst, g => password.Contains(g, StringComparison.OrdinalIgnoreCase)) => Refused("PasswordGuessable", "This password is among the first that would be guessed."),
            _ => IdentityResult.Success,
        });
    }

    private static IdentityResult Refused(string code, string text) => IdentityResult.Failed(new IdentityError { Code = code, Description = text });
}
