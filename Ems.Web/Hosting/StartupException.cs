namespace Ems.Web.Hosting;

/// <summary>The instance cannot start, for a reason outside the program. The message is the one line its operator reads.</summary>
public sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner);
