using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Dashboard.Tests.Unit.Support;

/// <summary>The call graph of an assembly, read from its IL. Lambdas, local functions and state machines count as part of the method that
/// declares them.</summary>
public sealed class Calls
{
    const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    readonly Dictionary<MethodBase, HashSet<MethodBase>> calls = [];

    public Calls(Assembly assembly)
    {
        foreach (var method in assembly.GetTypes()
            .SelectMany(type => type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All))))
        {
            var called = Read(method).ToHashSet();
            if (method.GetCustomAttribute<StateMachineAttribute>() is { } machine)
            {
                called.UnionWith(machine.StateMachineType.GetMethods(All));
            }

            calls[method] = called;
        }
    }

    /// <summary>Every method with a body.</summary>
    public IEnumerable<MethodBase> Methods => calls.Keys;

    /// <summary>Returns the direct calls of a method.</summary>
    public IReadOnlySet<MethodBase> Of(MethodBase method) => calls.TryGetValue(method, out var called) ? called : new HashSet<MethodBase>();

    /// <summary>Returns whether a method calls one that matches <paramref name="target"/>, directly or through other methods of the
    /// assembly.</summary>
    public bool Reaches(MethodBase method, Func<MethodBase, bool> target)
    {
        var seen = new HashSet<MethodBase>();
        var open = new Stack<MethodBase>([method]);
        while (open.TryPop(out var next))
        {
            foreach (var called in Of(next).Where(seen.Add))
            {
                if (target(called))
                {
                    return true;
                }

                open.Push(called);
            }
        }

        return false;
    }

    static IEnumerable<MethodBase> Read(MethodBase method)
    {
        var il = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at < il.Length;)
        {
            var code = il[at] == 0xFE ? Codes[unchecked((short)(0xFE00 | il[at + 1]))] : Codes[il[at]];
            at += code.Size;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineTok
                && Resolve(method, BitConverter.ToInt32(il, at)) is { } called)
            {
                yield return called;
            }

            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, at)),
                _ => 4,
            };
        }
    }

    static MethodBase? Resolve(MethodBase caller, int token)
    {
        var member = caller.Module.ResolveMember(
            token, caller.DeclaringType?.IsGenericType == true ? caller.DeclaringType.GetGenericArguments()
                : null, caller.IsGenericMethod ? caller.GetGenericArguments() : null);
        return member switch
        {
            MethodInfo { IsGenericMethod: true } method => Definition(method.GetGenericMethodDefinition()),
            MethodBase method => Definition(method),
            _ => null,
        };
    }

    /// <summary>Returns the generic definition of a method.</summary>
    static MethodBase Definition(MethodBase method) => method.DeclaringType is { IsConstructedGenericType: true } type
        ? type.GetGenericTypeDefinition().Module.ResolveMethod(method.MetadataToken)!
        : method;
}
