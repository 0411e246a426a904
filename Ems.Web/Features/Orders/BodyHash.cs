using System.Security.Cryptography;
using System.Text.Json;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Orders;

/// <summary>Tells a retry of one order from a second order under its name.</summary>
internal static class BodyHash
{
    /// <summary>
    /// SHA-256 of the request in one canonical writing: fields in the contract's order, parameters by name, numbers as they were
    /// written. Order of fields and white space in what was sent do not matter.
    /// </summary>
    public static string Of(NewOrderRequest r) => Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        r with { Parameters = new SortedDictionary<string, string>(r.Parameters.ToDictionary(), StringComparer.Ordinal) }, Json.Options)));
}
