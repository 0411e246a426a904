namespace Ems.Architecture.Tests.Rules;

/// <summary>One place in compiled code that names something: the outermost type it is written in, and the type or member it names.</summary>
/// <param name="FromNamespace">Namespace of <paramref name="FromType"/>.</param>
/// <param name="FromType">Full name of the outermost type; code the compiler generated counts as its author's.</param>
/// <param name="ToNamespace">Namespace of the named type.</param>
/// <param name="ToType">Full name of the named type, without type arguments.</param>
/// <param name="ToMember">The named method or field; null when only the type is named.</param>
/// <param name="Creates">True for a call of a constructor.</param>
/// <param name="Parameters">Full names of the called method's parameter types, else empty.</param>
public sealed record Use(string FromNamespace, string FromType, string ToNamespace, string ToType, string? ToMember, bool Creates, IReadOnlyList<string> Parameters)
{
    public override string ToString() => ToMember is null ? $"{FromType} names {ToType}" : $"{FromType} names {ToType}.{ToMember}";
}
