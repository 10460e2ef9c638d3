using System.Collections;
using System.Data.Common;
using System.Globalization;

namespace Dashboard.Tests.Unit.Support;

/// <summary>A result set.</summary>
/// <param name="Fields">The number of columns.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Names">The names of the columns, where somebody reads by name.</param>
sealed record ResultSet(int Fields, IReadOnlyList<object?[]> Rows, IReadOnlyList<string>? Names = null)
{
    public static ResultSet Empty { get; } = new(0, []);
}

/// <summary>Reads result sets from memory. Numbers, Booleans and GUIDs are converted to the requested type.</summary>
sealed class RowsReader(params IReadOnlyList<ResultSet> results) : DbDataReader
{
    int result;
    int row = -1;

    public override int Depth => 0;

    public override int FieldCount => Current.Fields;

    public override bool HasRows => Rows.Count > 0;

    public override bool IsClosed => false;

    public override int RecordsAffected => -1;

    ResultSet Current => result < results.Count ? results[result] : ResultSet.Empty;

    IReadOnlyList<object?[]> Rows => Current.Rows;

    public override object this[int ordinal] => GetValue(ordinal);

    public override object this[string name] => throw new NotSupportedException();

    public override bool Read() => ++row < Rows.Count;

    public override bool NextResult()
    {
        row = -1;
        return ++result < results.Count;
    }

    public override bool IsDBNull(int ordinal) => Rows[row][ordinal] is null or DBNull;

    public override object GetValue(int ordinal) => Rows[row][ordinal] ?? DBNull.Value;

    public override T GetFieldValue<T>(int ordinal) => typeof(T) == typeof(Guid) ? (T)(object)GetGuid(ordinal)
        : GetValue(ordinal) is T value ? value
        : (T)Convert.ChangeType(GetValue(ordinal), typeof(T), CultureInfo.InvariantCulture);

    public override bool GetBoolean(int ordinal) => Convert.ToBoolean(GetValue(ordinal), CultureInfo.InvariantCulture);

    public override byte GetByte(int ordinal) => Convert.ToByte(GetValue(ordinal), CultureInfo.InvariantCulture);

    public override short GetInt16(int ordinal) => Convert.ToInt16(GetValue(ordinal), CultureInfo.InvariantCulture);

    public override int GetInt32(int ordinal) => Convert.ToInt32(GetValue(ordinal), CultureInfo.InvariantCulture);

    public override long GetInt64(int ordinal) => Convert.ToInt64(GetValue(ordinal), CultureInfo.InvariantCulture);

    public override double GetDouble(int ordinal) => Convert.ToDouble(GetValue(ordinal), CultureInfo.InvariantCulture);

    public override float GetFloat(int ordinal) => Convert.ToSingle(GetValue(ordinal), CultureInfo.InvariantCulture);

    public override decimal GetDecimal(int ordinal) => Convert.ToDecimal(GetValue(ordinal), CultureInfo.InvariantCulture);

    public override Guid GetGuid(int ordinal) => GetValue(ordinal) is Guid guid ? guid : Guid.Parse(GetString(ordinal));

    public override string GetString(int ordinal) => (string)GetValue(ordinal);

    public override string GetName(int ordinal) => Current.Names?[ordinal] ?? $"c{ordinal}";

    public override int GetOrdinal(string name) => int.Parse(name, NumberStyles.None, CultureInfo.InvariantCulture);

    public override Type GetFieldType(int ordinal) => typeof(object);

    public override string GetDataTypeName(int ordinal) => "any";

    public override IEnumerator GetEnumerator() => throw new NotSupportedException();

    public override char GetChar(int ordinal) => throw new NotSupportedException();

    public override DateTime GetDateTime(int ordinal) => throw new NotSupportedException();

    public override int GetValues(object[] values) => throw new NotSupportedException();

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) =>
        throw new NotSupportedException();

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) =>
        throw new NotSupportedException();
}
