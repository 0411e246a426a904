using MudBlazor;

namespace Ems.Web.Client.Layout;

/// <summary>MudBlazor in the colours of css/ems.css.</summary>
public static class EmsTheme
{
    public static readonly MudTheme Value = new()
    {
        PaletteDark = new PaletteDark
        {
            Background = "#0b0e13", Surface = "#12161d", AppbarBackground = "#0f1319", DrawerBackground = "#12161d", Primary = "#5b9dff", Success = "#2fbf8f", Error = "#ff6b6b",
            Warning = "#e8b04b", TextPrimary = "#d7dde6", TextSecondary = "#8a95a5", LinesDefault = "#222936", Divider = "#222936", ActionDefault = "#8a95a5",
        },
        Typography = new Typography { Default = new DefaultTypography { FontFamily = ["Inter Variable", "sans-serif"], FontSize = "12.5px" } },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "4px", AppbarHeight = "44px" },
    };
}
