namespace Ems.Web.Components.Identity;

/// <summary>Where to go after signing in: only ever on this site.</summary>
internal static class LocalUrl
{
    /// <summary>The given path when it is a path of this site, otherwise <paramref name="fallback"/>.</summary>
    public static string Or(string? given, string fallback) =>
        given is ['/', ..] && given is not ['/', '/' or '\\', ..] && !given.Any(char.IsControl) ? given : fallback;
}
