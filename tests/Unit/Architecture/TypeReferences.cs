using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Dashboard.Tests.Unit.Architecture;

/// <summary>A type by the folder that its namespace stands for. Nested and generated types count as the type that they were written
/// in.</summary>
/// <param name="Assembly">The assembly's name.</param>
/// <param name="Namespace">The namespace, empty for none.</param>
/// <param name="Name">The name as metadata has it.</param>
readonly record struct TypeId(string Assembly, string Namespace, string Name);

/// <summary>A type that uses another.</summary>
readonly record struct TypeReference(TypeId From, TypeId To);

/// <summary>Reads which types of a compiled assembly use which: by base types, members, attributes, local variables and instructions. A
/// constant leaves no trace in what uses it.</summary>
sealed class TypeReferences : ISignatureTypeProvider<object?, object?>, IDisposable
{
    static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    readonly PEReader file;
    readonly MetadataReader metadata;
    readonly string assembly;
    readonly HashSet<TypeReference> found = [];
    TypeId from;

    TypeReferences(string path)
    {
        file = new(File.OpenRead(path));
        metadata = file.GetMetadataReader();
        assembly = metadata.GetString(metadata.GetAssemblyDefinition().Name);
    }

    /// <summary>Reads an assembly.</summary>
    public static IReadOnlyCollection<TypeReference> Of(Assembly assembly)
    {
        using var reader = new TypeReferences(assembly.Location);
        foreach (var type in reader.metadata.TypeDefinitions)
        {
            reader.Read(type);
        }

        return reader.found;
    }

    public void Dispose() => file.Dispose();

    void Read(TypeDefinitionHandle handle)
    {
        var type = metadata.GetTypeDefinition(handle);
        from = IdOf(handle);
        Add(type.BaseType);
        Add(type.GetCustomAttributes());
        Add(type.GetGenericParameters());
        foreach (var contract in type.GetInterfaceImplementations())
        {
            Add(metadata.GetInterfaceImplementation(contract).Interface);
        }

        foreach (var field in type.GetFields().Select(metadata.GetFieldDefinition))
        {
            field.DecodeSignature(this, null);
            Add(field.GetCustomAttributes());
        }

        foreach (var property in type.GetProperties().Select(metadata.GetPropertyDefinition))
        {
            Add(property.GetCustomAttributes());
        }

        foreach (var method in type.GetMethods().Select(metadata.GetMethodDefinition))
        {
            Read(method);
        }
    }

    void Read(MethodDefinition method)
    {
        method.DecodeSignature(this, null);
        Add(method.GetCustomAttributes());
        Add(method.GetGenericParameters());
        foreach (var parameter in method.GetParameters())
        {
            Add(metadata.GetParameter(parameter).GetCustomAttributes());
        }

        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        var body = file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, null);
        }

        foreach (var region in body.ExceptionRegions)
        {
            Add(region.CatchType);
        }

        ReadInstructions(body.GetILBytes()!);
    }

    void ReadInstructions(byte[] il)
    {
        for (var at = 0; at < il.Length;)
        {
            var code = il[at] == 0xFE ? Codes[unchecked((short)(0xFE00 | il[at + 1]))] : Codes[il[at]];
            at += code.Size;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                Add(MetadataTokens.EntityHandle(BitConverter.ToInt32(il, at)));
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

    void Add(CustomAttributeHandleCollection attributes)
    {
        foreach (var attribute in attributes)
        {
            Add(metadata.GetCustomAttribute(attribute).Constructor);
        }
    }

    void Add(GenericParameterHandleCollection parameters)
    {
        foreach (var constraint in parameters.SelectMany(parameter => metadata.GetGenericParameter(parameter).GetConstraints()))
        {
            Add(metadata.GetGenericParameterConstraint(constraint).Type);
        }
    }

    void Add(EntityHandle handle)
    {
        if (handle.IsNil)
        {
            return;
        }

        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                Add(IdOf((TypeDefinitionHandle)handle));
                break;
            case HandleKind.TypeReference:
                Add(IdOf((TypeReferenceHandle)handle));
                break;
            case HandleKind.TypeSpecification:
                metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                break;
            case HandleKind.MethodDefinition:
                Add(IdOf(metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType()));
                break;
            case HandleKind.FieldDefinition:
                Add(IdOf(metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType()));
                break;
            case HandleKind.MethodSpecification:
                var generic = metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                Add(generic.Method);
                generic.DecodeSignature(this, null);
                break;
            case HandleKind.MemberReference:
                Add(metadata.GetMemberReference((MemberReferenceHandle)handle));
                break;
        }
    }

    void Add(MemberReference member)
    {
        Add(member.Parent);
        if (member.GetKind() == MemberReferenceKind.Method)
        {
            member.DecodeMethodSignature(this, null);
        }
        else
        {
            member.DecodeFieldSignature(this, null);
        }
    }

    void Add(TypeId to)
    {
        if (to != from)
        {
            found.Add(new(from, to));
        }
    }

    TypeId IdOf(TypeDefinitionHandle handle)
    {
        var type = metadata.GetTypeDefinition(handle);
        return type.IsNested ? IdOf(type.GetDeclaringType())
            : new(assembly, metadata.GetString(type.Namespace), metadata.GetString(type.Name));
    }

    TypeId IdOf(TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        return type.ResolutionScope.Kind switch
        {
            HandleKind.TypeReference => IdOf((TypeReferenceHandle)type.ResolutionScope),
            HandleKind.AssemblyReference => new(
                metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name),
                metadata.GetString(type.Namespace), metadata.GetString(type.Name)),
            _ => new(assembly, metadata.GetString(type.Namespace), metadata.GetString(type.Name)),
        };
    }

    object? ISimpleTypeProvider<object?>.GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        Add(IdOf(handle));
        return null;
    }

    object? ISimpleTypeProvider<object?>.GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        Add(IdOf(handle));
        return null;
    }

    object? ISignatureTypeProvider<object?, object?>.GetTypeFromSpecification(
        MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    object? ISimpleTypeProvider<object?>.GetPrimitiveType(PrimitiveTypeCode typeCode) => null;

    object? ISZArrayTypeProvider<object?>.GetSZArrayType(object? elementType) => null;

    object? IConstructedTypeProvider<object?>.GetArrayType(object? elementType, ArrayShape shape) => null;

    object? IConstructedTypeProvider<object?>.GetByReferenceType(object? elementType) => null;

    object? IConstructedTypeProvider<object?>.GetPointerType(object? elementType) => null;

    object? IConstructedTypeProvider<object?>.GetGenericInstantiation(object? genericType, ImmutableArray<object?> typeArguments) => null;

    object? ISignatureTypeProvider<object?, object?>.GetFunctionPointerType(MethodSignature<object?> signature) => null;

    object? ISignatureTypeProvider<object?, object?>.GetGenericMethodParameter(object? genericContext, int index) => null;

    object? ISignatureTypeProvider<object?, object?>.GetGenericTypeParameter(object? genericContext, int index) => null;

    object? ISignatureTypeProvider<object?, object?>.GetModifiedType(object? modifier, object? unmodifiedType, bool isRequired) => null;

    object? ISignatureTypeProvider<object?, object?>.GetPinnedType(object? elementType) => null;
}
