using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Core.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class SetUpCode : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "ProtectedSetUpCode",
                table: "Installation",
                type: "varchar(1000)",
                unicode: false,
                maxLength: 1000,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "WrongSetUpCodes",
                table: "Installation",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.UpdateData(
                table: "Installation",
                keyColumn: "Id",
                keyValue: 1,
                columns: new[] { "ProtectedSetUpCode", "WrongSetUpCodes" },
                values: new object[] { null, 0 });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "ProtectedSetUpCode",
                table: "Installation");

            migrationBuilder.DropColumn(
                name: "WrongSetUpCodes",
                table: "Installation");
        }
    }
}
