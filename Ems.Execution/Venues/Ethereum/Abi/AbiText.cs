namespace Ems.Execution.Venues.Ethereum.Abi;

/// <summary>Reads types and parameters from the text in which people write signatures.</summary>
internal sealed class AbiText(string text)
{
    private const int DepthMax = 16;
    private const int LengthMax = 1 << 20;
    private int at;

    /// <summary>The whole text as one type.</summary>
    public AbiType OnlyType()
    {
        var type = Type(0);
        return AtEnd ? type : throw Wrong("text behind the type");
    }

    public bool AtEnd
    {
        get
        {
            Blanks();
            return at == text.Length;
        }
    }

    /// <summary>A word, which may be empty.</summary>
    public string Word()
    {
        Blanks();
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '$'))
        {
            at++;
        }
        return text[start..at];
    }

    /// <summary>Parameters in brackets.</summary>
    public IReadOnlyList<AbiParameter> Parameters(int depth = 0)
    {
        if (!Take('('))
        {
            throw Wrong("an opening bracket is expected");
        }
        var list = new List<AbiParameter>();
        if (Take(')'))
        {
            return list;
        }
        do
        {
            var type = Type(depth + 1);
            var (word, indexed) = (Word(), false);
            while (word is "indexed" or "memory" or "calldata" or "storage" or "payable")
            {
                indexed |= word == "indexed";
                word = Word();
            }
            list.Add(new(word, type, indexed));
        }
        while (Take(','));
        return Take(')') ? list : throw Wrong("a comma or a closing bracket is expected");
    }

    public bool Take(char expected)
    {
        Blanks();
        if (at == text.Length || text[at] != expected)
        {
            return false;
        }
        at++;
        return true;
    }

    public EthereumFormatException Wrong(string why) => new($"ABI text '{(text.Length <= 120 ? text : text[..120] + "…")}' at {at}: {why}.");

    private AbiType Type(int depth)
    {
        if (depth > DepthMax)
        {
            throw Wrong($"types nested deeper than {DepthMax}");
        }
        var word = Word();
        return Suffixed(word is "" or "tuple" ? AbiType.Tuple(Parameters(depth)) : AbiType.Elementary(word));
    }

    /// <summary>The type with the brackets that follow: none, or [] and [n] in any order.</summary>
    public AbiType Suffixed(AbiType type)
    {
        var suffixes = 0;
        while (Take('['))
        {
            var digits = Word();
            if (!Take(']') || ++suffixes > DepthMax)
            {
                throw Wrong("a closing bracket of an array is expected, or there are too many");
            }
            if (digits.Length == 0)
            {
                type = AbiType.ArrayOf(type);
            }
            else if (digits.Length <= 7 && digits.All(char.IsAsciiDigit) && int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture) is var length and <= LengthMax)
            {
                type = AbiType.ArrayOf(type, length);
            }
            else
            {
                throw Wrong($"'{digits}' is no length of an array");
            }
        }
        return type;
    }

    private void Blanks()
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '\n' or '\r')
        {
            at++;
        }
    }
}
