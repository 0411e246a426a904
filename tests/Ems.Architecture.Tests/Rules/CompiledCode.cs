using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ems.Architecture.Tests.Rules;

/// <summary>Reads what an assembly names from its IL: base types, interfaces, members' types, locals and every instruction.</summary>
public static class CompiledCode
{
    /// <summary>Every use in the assembly of <paramref name="marker"/>.</summary>
    public static IReadOnlyList<Use> Of(Type marker) => Of(marker.Assembly.Location);

    /// <summary>Every use in the assembly at <paramref name="file"/>.</summary>
    public static IReadOnlyList<Use> Of(string file)
    {
        using var module = ModuleDefinition.ReadModule(file);
        return [.. module.Types.SelectMany(t => All(t).SelectMany(inner => Uses(t, inner))).Distinct()];
    }

    /// <summary>Names of the assemblies that the one at <paramref name="file"/> refers to.</summary>
    public static IReadOnlyList<string> References(string file)
    {
        using var module = ModuleDefinition.ReadModule(file);
        return [.. module.AssemblyReferences.Select(a => a.Name)];
    }

    private static IEnumerable<TypeDefinition> All(TypeDefinition type) => type.NestedTypes.SelectMany(All).Prepend(type);

    private static IEnumerable<Use> Uses(TypeDefinition outer, TypeDefinition type)
    {
        var named = new List<TypeReference?> { type.BaseType };
        named.AddRange(type.Interfaces.Select(i => i.InterfaceType));
        named.AddRange(type.Fields.Select(f => f.FieldType));
        named.AddRange(type.Properties.Select(p => p.PropertyType));
        var members = new List<Use>();
        foreach (var method in type.Methods)
        {
            named.Add(method.ReturnType);
            named.AddRange(method.Parameters.Select(p => p.ParameterType));
            if (!method.HasBody)
            {
                continue;
            }
            named.AddRange(method.Body.Variables.Select(v => v.VariableType));
            foreach (var instruction in method.Body.Instructions)
            {
                switch (instruction.Operand)
                {
                    case TypeReference t:
                        named.Add(t);
                        break;
                    case MethodReference m:
                        members.Add(Member(outer, m.DeclaringType, m.Name, instruction.OpCode == OpCodes.Newobj, [.. m.Parameters.Select(p => Name(p.ParameterType))]));
                        named.Add(m.DeclaringType);
                        named.Add(m.ReturnType);
                        named.AddRange(m.Parameters.Select(p => p.ParameterType));
                        named.AddRange((m as GenericInstanceMethod)?.GenericArguments ?? []);
                        break;
                    case FieldReference f:
                        members.Add(Member(outer, f.DeclaringType, f.Name, false, []));
                        named.Add(f.DeclaringType);
                        named.Add(f.FieldType);
                        break;
                }
            }
        }
        return members.Concat(named.SelectMany(Parts).Select(t => new Use(Namespace(outer), outer.FullName, Namespace(t), Name(t), null, false, [])));
    }

    private static Use Member(TypeDefinition outer, TypeReference type, string name, bool creates, IReadOnlyList<string> parameters) =>
        new(Namespace(outer), outer.FullName, Namespace(type), Name(type), name, creates, parameters);

    /// <summary>A type and its type arguments, element types and so on, without wrappers.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType g => g.GenericArguments.SelectMany(Parts).Prepend(g.ElementType),
        TypeSpecification s => Parts(s.ElementType),
        _ => [type],
    };

    private static string Namespace(TypeReference type)
    {
        var outer = type is TypeSpecification s ? s.GetElementType() : type;
        while (outer.DeclaringType is { } declaring)
        {
            outer = declaring;
        }
        return outer.Namespace;
    }

    private static string Name(TypeReference type) => (type is TypeSpecification and not ByReferenceType ? type.GetElementType() : type).FullName;
}
