using System.Numerics;

namespace Ems.Execution.Core.Amm;

/// <summary>
/// Ticks and prices of concentrated liquidity (Uniswap V3 whitepaper, section 6.1): the root of the price at tick i is 1.0001^(i/2), kept as a
/// number of 96 binary places. The powers are computed at start from their definition; their product is rounded as the contracts round it.
/// </summary>
public static class TickMath
{
    /// <summary>Highest tick; the lowest is its negative.</summary>
    public const int MaxTick = 887_272;

    private const int PowerBits = 20;
    private const int Precision = 512;
    private const double LogOfTick = 9.9995000333308335e-05; // ln 1.0001

    private static readonly BigInteger MaxUInt256 = (BigInteger.One << 256) - 1;
    private static readonly BigInteger[] InversePowers = Powers();

    /// <summary>Root of the price at the lowest tick.</summary>
    public static BigInteger MinSqrt { get; } = SqrtAt(-MaxTick);

    /// <summary>Root of the price at the highest tick.</summary>
    public static BigInteger MaxSqrt { get; } = SqrtAt(MaxTick);

    /// <summary>Root of the price at a tick, 96 binary places, rounded up.</summary>
    public static BigInteger SqrtAt(int tick)
    {
        if (tick is < -MaxTick or > MaxTick)
        {
            throw new ArgumentOutOfRangeException(nameof(tick), tick, $"A tick is from -{MaxTick} to {MaxTick}.");
        }
        var distance = (uint)Math.Abs(tick);
        var ratio = BigInteger.One << 128;
        for (var i = 0; i < PowerBits; i++)
        {
            if ((distance & (1u << i)) != 0)
            {
                ratio = (ratio * InversePowers[i]) >> 128;
            }
        }
        if (tick > 0)
        {
            ratio = MaxUInt256 / ratio;
        }
        return (ratio + uint.MaxValue) >> 32;
    }

    /// <summary>Highest tick whose root is not above this one.</summary>
    public static int TickAt(BigInteger sqrtPriceX96)
    {
        if (sqrtPriceX96 < MinSqrt || sqrtPriceX96 >= MaxSqrt)
        {
            throw new ArgumentOutOfRangeException(nameof(sqrtPriceX96), sqrtPriceX96, "The price is outside the ticks.");
        }
        // The logarithm is near enough to be off by one at most; the exact roots decide.
        var tick = Math.Clamp((int)Math.Floor(2.0 * (BigInteger.Log(sqrtPriceX96) - (96.0 * Math.Log(2.0))) / LogOfTick), -MaxTick, MaxTick - 1);
        while (SqrtAt(tick) > sqrtPriceX96)
        {
            tick--;
        }
        while (tick < MaxTick && SqrtAt(tick + 1) <= sqrtPriceX96)
        {
            tick++;
        }
        return tick;
    }

    /// <summary>Root of a price given as a fraction of token units (token1 over token0), 96 binary places, rounded down.</summary>
    public static BigInteger SqrtOf(BigInteger numerator, BigInteger denominator) => Exact.Sqrt((numerator << 192) / denominator);

    /// <summary>2^128 / 1.0001^(2^i / 2), rounded to the nearest, for i from 0 to 19.</summary>
    private static BigInteger[] Powers()
    {
        var powers = new BigInteger[PowerBits];
        var x = Exact.Sqrt((new BigInteger(10_000) << (2 * Precision)) / 10_001);
        for (var i = 0; i < PowerBits; i++)
        {
            powers[i] = (x + (BigInteger.One << (Precision - 129))) >> (Precision - 128);
            x = (x * x) >> Precision;
        }
        return powers;
    }
}
